import './employee.ts';
import './identity.ts';
import './queries.ts';
