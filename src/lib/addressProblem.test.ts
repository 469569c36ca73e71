import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { addressProblem } from './addressProblem.ts';

const VARIABLES = { port: 'PORT', host: 'HOST' };
const failed = (fields: object) => Object.assign(new Error('listen failed'), fields);

it.each([
  [{ code: 'EADDRINUSE', address: '::', port: 4000 }, /^PORT: port 4000 of :: is in use .* Set PORT to another port$/],
  [{ code: 'EACCES', address: '::', port: 80 }, /^PORT: port 80 is reserved .* Set PORT to a port from 1024 on$/],
  [
    { code: 'EADDRNOTAVAIL', address: '192.0.2.1', port: 80 },
    /^HOST: 192\.0\.2\.1 is not an address of this machine\./,
  ],
  [{ code: 'EAI_AGAIN', hostname: 'gateway.internal' }, /^HOST: the name gateway\.internal has no address\./],
])('tells %j by the variable to change', (fields, sentence) => {
  expect(addressProblem(failed(fields), VARIABLES)).toMatch(sentence);
});

it('explains a name without an address', async () => {
  const error = await new Promise((resolve) => createServer().once('error', resolve).listen(0, 'nowhere.invalid'));
  expect(addressProblem(error, VARIABLES)).toMatch(/^HOST: the name nowhere\.invalid has no address\./);
});

it('leaves every other failure alone', () => {
  expect(addressProblem(failed({ code: 'EMFILE' }), VARIABLES)).toBeNull();
  expect(addressProblem('nothing', VARIABLES)).toBeNull();
});
