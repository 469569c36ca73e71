import './payload.ts';
import './queries.ts';
import './rateSkills.ts';
import './task.ts';
import './upsertEmployees.ts';
