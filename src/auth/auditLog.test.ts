import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../domain/audit.ts';
import { createAuditLog } from './auditLog.ts';

const ENTRY: AuditEntry = {
  at: '2026-03-02T10:15:00.500Z',
  tenant: 'default',
  issuer: null,
  client: 'reports',
  requestId: 'a-request',
  mutation: 'rateSkills',
  outcome: 'started',
  task: 'a-task',
  items: 2,
  integrations: ['hr'],
};

let folder: string;
let lines: { level: string; fields: object }[];
const log = {
  info: (fields: object) => void lines.push({ level: 'info', fields }),
  error: (fields: object) => void lines.push({ level: 'error', fields }),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the audit log', () => {
  it('has each entry as a line of the log', () => {
    createAuditLog(log, null).note(ENTRY);
    expect(lines).toEqual([{ level: 'info', fields: { audit: true, ...ENTRY } }]);
  });

  it('appends whole lines to a file that several share, readable by its owner alone', () => {
    const path = join(folder, 'audit.log');
    const [one, other] = [createAuditLog(log, path), createAuditLog(log, path)];
    one.note(ENTRY);
    other.note({ ...ENTRY, outcome: 'replayed' });
    one.note({ ...ENTRY, outcome: 'forbidden' });
    one.close();
    other.close();
    const written = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(written.map((line) => (JSON.parse(line) as AuditEntry).outcome)).toEqual([
      'started',
      'replayed',
      'forbidden',
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not start without its file, and goes on where it cannot be written', () => {
    expect(() => createAuditLog(log, join(folder, 'missing', 'audit.log'))).toThrow('ENOENT');
    createAuditLog(log, '/dev/full').note(ENTRY);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'error']);
  });
});
