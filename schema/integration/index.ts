import './integration.ts';
