import './viewer.ts';
