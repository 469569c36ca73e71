import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { describe, expect, it } from 'vitest';
import { logOptions, toLogged } from './logOptions.ts';

/** The lines that a logger with these options writes. */
function written(log: (logger: Logger) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  log(pino(logOptions('info'), stream));
  return text;
}

describe('the log', () => {
  it('hides what is secret or personal by its key, at the top and one below', () => {
    const line = written((log) =>
      log.info({ authorization: 'k1', client: 'hr', row: { workEmail: 'k2', token: 'k3', id: 'seen' } }, 'a line'),
    );
    expect(line).not.toMatch(/k\d/);
    expect(JSON.parse(line)).toMatchObject({ client: 'hr', row: { id: 'seen', token: '[redacted]' }, msg: 'a line' });
  });

  it('names the level and tells the time as log stores take them', () => {
    expect(JSON.parse(written((log) => log.warn('a line')))).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      msg: 'a line',
    });
  });

  it('names a client whose subject is an address by a hash of it', () => {
    const line = written((log) => log.info({ client: 'ada@corp.example' }, 'a line'));
    expect(JSON.parse(line)).toMatchObject({ client: 'subject-436a92bc5b85' });
  });

  it('shows of an error what says where and why, and not the request that it carries', () => {
    const cause = Object.assign(new Error('POST https://user:pass@hr.example/x failed for ada@corp.example'), {
      code: 'ECONNRESET',
      config: { headers: { 'x-api-key': 'k4' }, data: 'k5' },
    });
    const error = new Error('Authorization: Bearer abc.def-ghi was refused', { cause });
    const line = written((log) => log.error({ err: error }, 'it failed'));
    expect(line).not.toMatch(/k\d|pass|ada@|abc\.def/);
    const { err } = JSON.parse(line) as { err: ReturnType<typeof toLogged> };
    expect(err).toMatchObject({
      type: 'Error',
      message: 'Authorization: [token] was refused',
      cause: { code: 'ECONNRESET', message: 'POST https://[secret]@hr.example/x failed for [e-mail]' },
    });
    expect(err.stack).toContain('logOptions.test.ts');
  });

  it('ends with causes that go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(toLogged(error)).split('"round"')).toHaveLength(7);
  });
});
