import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { listen } from './listen.ts';

/** Of TEST-NET-1 (RFC 5737): no machine has it. */
const MISSING = '192.0.2.1';

const servers: ReturnType<typeof createServer>[] = [];
const newServer = () => {
  const server = createServer((_, response) => response.end('here'));
  servers.push(server);
  return server;
};
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

it('answers where it listens, with the port that was free', async () => {
  const url = await listen(newServer(), { host: '127.0.0.1', port: 0 });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(url)).text()).toBe('here');
});

it('listens on the replacement of an address that the machine lacks', async () => {
  const url = await listen(newServer(), { host: MISSING, port: 0 }, { [MISSING]: '127.0.0.1' });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(url)).text()).toBe('here');
});

it('rejects without a replacement, and where the address is in use', async () => {
  await expect(listen(newServer(), { host: MISSING, port: 0 })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  const url = await listen(newServer(), { host: '127.0.0.1', port: 0 });
  const again = listen(newServer(), { host: '127.0.0.1', port: Number(new URL(url).port) });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
