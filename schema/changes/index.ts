import './employeeSkillsChanged.ts';
