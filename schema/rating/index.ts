import './employeeSkills.ts';
import './proficiency.ts';
import './rating.ts';
