import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientConfig, IssuerConfig, Viewer } from '../domain/access.ts';
import { clientsOfKeys, createClients, type AccessRules } from './authenticator.ts';
import type { HttpError } from '../domain/httpError.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const seconds = (offset: number) => NOW / 1_000 + offset;
const KEY = 'a-key-of-more-than-16';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

interface Idp {
  url: string;
  asked: number;
  /** What it answers from now on; null: 500. */
  serve(keys: Record<string, Pair> | null): Promise<void>;
  /** Answers this text with 200 from now on. */
  answer(text: string): void;
}

const servers: Server[] = [];

async function startIdp(keys: Record<string, Pair>): Promise<Idp> {
  let body: string | null = null;
  const idp: Idp = {
    url: '',
    asked: 0,
    async serve(served) {
      const entries = Object.entries(served ?? {});
      const jwks = await Promise.all(
        entries.map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })),
      );
      body = served && JSON.stringify({ keys: jwks });
    },
    answer(text) {
      body = text;
    },
  };
  await idp.serve(keys);
  const server = createServer((_, response) => {
    idp.asked += 1;
    response.writeHead(body === null ? 500 : 200, { 'content-type': 'application/json' }).end(body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  idp.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return idp;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) server.close();
});

const pair = await generateKeyPair('ES256');
const other = await generateKeyPair('ES256');

const GOOD: JWTPayload = {
  iss: 'https://idp.example.test',
  aud: 'skills-gateway',
  sub: 'user-1',
  exp: seconds(300),
  scope: 'employees:read ratings:read:own nonsense',
  email: 'Ada@Example.test',
};

const sign = (claims: JWTPayload = {}, { kid = 'one', alg = 'ES256', key = pair.privateKey } = {}) =>
  new SignJWT({ ...GOOD, ...claims }).setProtectedHeader({ alg, kid }).sign(key);

async function start(more: Partial<IssuerConfig> = {}, rules: Partial<AccessRules> = {}) {
  const idp = await startIdp({ one: pair });
  const issuer: IssuerConfig = {
    issuer: 'https://idp.example.test',
    audiences: ['skills-gateway'],
    jwksUrl: idp.url,
    tenant: { fixed: 'acme' },
    scopeClaim: 'scope',
    emailClaim: 'email',
    budget: null,
    ...more,
  };
  const warnings: object[] = [];
  const clients = createClients(
    { clients: clientsOfKeys([KEY]), issuers: [issuer], ...rules },
    { warn: (fields) => warnings.push(fields) },
  );
  const viewerOf = async (token: string): Promise<Viewer> => clients.viewerOf(`Bearer ${token}`);
  const refusalOf = async (token: string) =>
    viewerOf(token).then(
      () => null,
      (error: HttpError) => ({ status: error.status, code: error.code, ...error.extensions }),
    );
  return { idp, issuer, clients, viewerOf, refusalOf, warnings };
}

const unauthenticated = (reason: string) => ({ status: 401, code: 'UNAUTHENTICATED', reason });

describe('tokens', () => {
  it('say tenant, subject, known scopes, person and end', async () => {
    const { viewerOf } = await start();
    expect(await viewerOf(await sign())).toEqual({
      tenant: 'acme',
      client: 'user-1',
      issuer: 'https://idp.example.test',
      scopes: new Set(['employees:read', 'ratings:read:own']),
      person: { workEmail: 'Ada@Example.test' },
      expiresAt: NOW + 300_000,
    });
  });

  it('may list scopes and name the tenant in a claim', async () => {
    const { viewerOf, refusalOf } = await start(
      { tenant: { claim: 'org' }, scopeClaim: 'roles', emailClaim: null },
      { isTenant: (name) => name === 'globex' },
    );
    expect(await viewerOf(await sign({ org: 'globex', roles: ['admin', 7, 'root'] }))).toMatchObject({
      tenant: 'globex',
      scopes: new Set(['admin']),
      person: null,
    });
    expect(await refusalOf(await sign({ org: 'unknown' }))).toEqual(unauthenticated('claims'));
    expect(await refusalOf(await sign({ org: ['globex'] }))).toEqual(unauthenticated('claims'));
    expect(await refusalOf(await sign())).toEqual(unauthenticated('claims'));
  });

  it.each<[string, JWTPayload, string | null]>([
    ['ended within the skew', { exp: seconds(-29) }, null],
    ['ended before', { exp: seconds(-31) }, 'expired'],
    ['begin within the skew', { nbf: seconds(29) }, null],
    ['begin later', { nbf: seconds(31) }, 'not_yet_valid'],
    ['never end', { exp: undefined }, 'claims'],
    ['are for somebody else', { aud: ['another', 'others'] }, 'audience'],
    ['are for several', { aud: ['another', 'skills-gateway'] }, null],
    ['come from elsewhere', { iss: 'https://idp.example.test/' }, 'issuer'],
    ['speak for nobody', { sub: undefined }, 'claims'],
    ['speak for a client', { sub: undefined, client_id: 'reports' }, null],
    ['have a subject called like a client', { sub: sha256(`client ${KEY}`).slice(0, 12) }, 'claims'],
    ['have a subject that no store keeps', { sub: 'user\0' }, 'claims'],
  ])('that %s are told so', async (_, claims, reason) => {
    const { refusalOf } = await start();
    expect(await refusalOf(await sign(claims))).toEqual(reason === null ? null : unauthenticated(reason));
  });

  it('for the audiences of two tenants are refused, since they do not say whose is meant', async () => {
    const { issuer } = await start();
    const second: IssuerConfig = { ...issuer, audiences: ['globex-gateway'], tenant: { fixed: 'globex' } };
    const { viewerOf, refusalOf } = await start({}, { issuers: [issuer, second] });
    expect((await viewerOf(await sign({ aud: ['another', 'globex-gateway'] }))).tenant).toBe('globex');
    expect((await viewerOf(await sign())).tenant).toBe('acme');
    const both = await sign({ aud: ['skills-gateway', 'globex-gateway'] });
    expect(await refusalOf(both)).toEqual(unauthenticated('audience'));
  });

  it('are refused alike whatever is wrong with the signature', async () => {
    const { refusalOf } = await start();
    const [header = '', payload = '', signature = ''] = (await sign()).split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      await sign({}, { key: other.privateKey }),
      await sign({}, { kid: 'unknown' }),
      `${header}.${encode({ ...GOOD, scope: 'admin' })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -8)}`,
      `${encode({ alg: 'RS256', kid: 'one' })}.${payload}.${signature}`,
    ];
    for (const token of forged) expect(await refusalOf(token)).toEqual(unauthenticated('signature'));
  });

  it('are taken with public keys alone', async () => {
    const { refusalOf, idp } = await start();
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const header = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'HS256', 'RS1', 'dir']) {
      expect(await refusalOf(`${header({ alg })}.${payload}.${signature}`)).toEqual(unauthenticated('algorithm'));
    }
    expect(await refusalOf(`${header({})}.${payload}.${signature}`)).toEqual(unauthenticated('algorithm'));
    expect(await refusalOf('a.b.c')).toEqual(unauthenticated('malformed'));
    expect(idp.asked).toBe(0);
  });

  it.each([false, 'false', 0, null])('whose address is not verified (%j) are nobody’s in person', async (verified) => {
    const { viewerOf } = await start();
    expect((await viewerOf(await sign({ email_verified: verified }))).person).toBeNull();
  });

  it.each([true, 'true'])('whose address is verified (%j) are a person’s', async (verified) => {
    const { viewerOf } = await start();
    expect((await viewerOf(await sign({ email_verified: verified }))).person).not.toBeNull();
  });

  it('are refused, and nothing else, where the issuer’s key for them is of no use', async () => {
    const { idp, viewerOf, refusalOf } = await start();
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const good = { ...(await exportJWK(pair.publicKey)), kid: 'one' };
    const broken = { ...good, kid: 'broken', x: 'AA' };
    idp.answer(JSON.stringify({ keys: [good, broken, { ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak' }] }));
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'RS256', kid: 'weak' })}.${encode(GOOD)}`;
    const signature = createSign('sha256').update(signed).sign(weak.privateKey).toString('base64url');
    expect(await refusalOf(`${signed}.${signature}`)).toEqual(unauthenticated('signature'));
    expect(await refusalOf(await sign({}, { kid: 'broken' }))).toEqual(unauthenticated('signature'));
    expect((await viewerOf(await sign())).client).toBe('user-1');
  });
});

describe('keys of an issuer', () => {
  it('are read once, and again for an unknown one no more often than each 30 s', async () => {
    const { idp, viewerOf, refusalOf } = await start();
    await Promise.all([viewerOf(await sign()), viewerOf(await sign())]);
    expect(idp.asked).toBe(1);
    const unknown = await sign({}, { kid: 'two', key: other.privateKey });
    expect(await refusalOf(unknown)).toEqual(unauthenticated('signature'));
    expect(idp.asked).toBe(1);

    await idp.serve({ one: pair, two: other });
    vi.setSystemTime(NOW + 30_000);
    expect((await viewerOf(unknown)).client).toBe('user-1');
    expect(idp.asked).toBe(2);
  });

  it.each([
    ['http://login.test/keys', 1],
    ['https://login.test/keys', 0],
    ['http://127.0.0.1:8080/keys', 0],
    ['http://[::1]/keys', 0],
  ])('at %s are warned of where the way to them is open (%d)', async (jwksUrl, count) => {
    const { issuer } = await start();
    const { warnings } = await start({}, { issuers: [{ ...issuer, jwksUrl }] });
    expect(warnings).toEqual(Array.from({ length: count }, () => ({ url: jwksUrl })));
  });

  it('that are away are a 503, and asked for again after five seconds', async () => {
    const { idp, refusalOf, viewerOf, warnings } = await start();
    await idp.serve(null);
    const token = await sign();
    expect(await refusalOf(token)).toEqual({ status: 503, code: 'AUTHENTICATION_UNAVAILABLE' });
    expect(await refusalOf(token)).toEqual({ status: 503, code: 'AUTHENTICATION_UNAVAILABLE' });
    expect(idp.asked).toBe(1);
    expect(warnings).toHaveLength(1);
    await idp.serve({ one: pair });
    vi.setSystemTime(NOW + 5_000);
    expect((await viewerOf(token)).client).toBe('user-1');
  });

  it.each(['<html>', '{}', '{"keys":{}}', '{"keys":[null]}'])(
    'that are none (%s) are as good as away, and leave the issuer alone for five seconds as well',
    async (text) => {
      const { idp, refusalOf, viewerOf, warnings } = await start();
      idp.answer(text);
      const token = await sign();
      for (let time = 0; time < 3; time += 1) expect(await refusalOf(token)).toMatchObject({ status: 503 });
      expect(idp.asked).toBe(1);
      expect(warnings).toHaveLength(1);
      await idp.serve({ one: pair });
      vi.setSystemTime(NOW + 5_000);
      expect((await viewerOf(token)).client).toBe('user-1');
    },
  );

  it('that were withdrawn while nobody came do not count for the first who does', async () => {
    const { idp, viewerOf, refusalOf } = await start();
    const token = await sign({ exp: seconds(86_400) });
    await viewerOf(token);
    await idp.serve({ two: other });
    vi.setSystemTime(NOW + 3_600_000);
    const refusals = await Promise.all([refusalOf(token), refusalOf(token)]);
    expect(refusals).toEqual([unauthenticated('signature'), unauthenticated('signature')]);
    expect(idp.asked).toBe(2);
  });

  it('go on while the issuer is away, for a day', async () => {
    const { idp, viewerOf, refusalOf } = await start();
    const token = await sign({ exp: seconds(2 * 86_400) });
    await viewerOf(token);
    await idp.serve(null);
    vi.setSystemTime(NOW + 86_400_000);
    expect((await viewerOf(token)).client).toBe('user-1');
    vi.setSystemTime(NOW + 86_406_000);
    expect(await refusalOf(token)).toMatchObject({ status: 503 });
  });
});

describe('clients with keys', () => {
  const client: ClientConfig = {
    name: 'reports',
    tenant: 'acme',
    keyHashes: [sha256('old-key-of-more-than-16'), sha256('new-key-of-more-than-16')],
    scopes: new Set(['skills:read']),
    budget: null,
  };

  it('are known by each of their keys, with their tenant and scopes', async () => {
    const { clients } = await start({}, { clients: [client] });
    for (const key of ['old-key-of-more-than-16', 'new-key-of-more-than-16']) {
      expect(clients.viewerOf(`Bearer ${key}`)).toEqual({
        tenant: 'acme',
        client: 'reports',
        scopes: new Set(['skills:read']),
        person: null,
        expiresAt: null,
      });
    }
  });

  it('are replaced at once, and never by nobody', async () => {
    const { clients } = await start({}, { clients: [client], issuers: [] });
    clients.replace({ clients: clientsOfKeys([KEY]), issuers: [] });
    expect(() => clients.viewerOf('Bearer old-key-of-more-than-16')).toThrow('Neither');
    expect(clients.viewerOf(`Bearer ${KEY}`)).toMatchObject({ tenant: 'default' });
    expect(() => clients.replace({ clients: [], issuers: [] })).toThrow('would open');
    expect(clients.open).toBe(false);
  });

  it('are told what is missing, and only those who sent something of an invalid token', async () => {
    const { clients } = await start();
    const refusal = (header: string | undefined) => {
      try {
        void clients.viewerOf(header);
      } catch (error) {
        return error as HttpError;
      }
      throw new Error('let in');
    };
    expect(refusal(undefined)).toMatchObject({
      headers: { 'www-authenticate': 'Bearer realm="skills-gateway"' },
      extensions: { reason: 'missing' },
    });
    expect(refusal('Bearer another-key-of-16')).toMatchObject({
      headers: { 'www-authenticate': 'Bearer realm="skills-gateway", error="invalid_token"' },
      extensions: { reason: 'unknown_key' },
    });
    expect(refusal(`Bearer ${'x'.repeat(8_193)}`).extensions).toEqual({ reason: 'malformed' });
  });
});
