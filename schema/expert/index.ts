import './expert.ts';
import './queries.ts';
import './requirement.ts';
