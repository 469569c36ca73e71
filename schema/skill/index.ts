import './queries.ts';
import './skill.ts';
