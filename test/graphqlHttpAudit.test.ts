import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;
const audits = serverAudits({ url: () => `${gateway.url}/graphql` });

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

// The second time documents are known, and answered by the short way of src/http/jsonRoute.ts.
describe.each(['unknown', 'known'])('GraphQL over HTTP, documents %s', () => {
  it.each(audits)('$id $name', async (audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});
