/** Before each test file: what its gateways log is kept under its name. */
import { relative } from 'node:path';
import { expect, inject } from 'vitest';
import { keepRunLogs } from './runLogs.ts';

keepRunLogs(inject('runLogs'), relative(process.cwd(), expect.getState().testPath ?? 'an unknown test file'));
