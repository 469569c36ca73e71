import './consensus.ts';
import './employeeSkills.ts';
import './heldFilter.ts';
import './holders.ts';
import './proficiency.ts';
import './rating.ts';
