import './skill.ts';
