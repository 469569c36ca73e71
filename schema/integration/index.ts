import './integration.ts';
import './integrationUpdated.ts';
