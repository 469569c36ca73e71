import './linkRecords.ts';
import './payload.ts';
