import './employee.ts';
import './filter.ts';
import './identity.ts';
import './matching.ts';
import './queries.ts';
