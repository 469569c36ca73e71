import './employee.ts';
import './filter.ts';
import './identity.ts';
import './queries.ts';
