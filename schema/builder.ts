import SchemaBuilder from '@pothos/core';
import type { GatewayContext } from '../src/context.ts';
import { AbsoluteUrl, DateTime, EmailAddress, LocalDate } from './scalars.ts';

interface TextScalar {
  Input: string;
  Output: string;
}

export const builder = new SchemaBuilder<{
  Context: GatewayContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: TextScalar;
    Date: TextScalar;
    EmailAddress: TextScalar;
    URL: TextScalar;
  };
}>({ defaultFieldNullability: false });

builder.addScalarType('DateTime', DateTime);
builder.addScalarType('Date', LocalDate);
builder.addScalarType('EmailAddress', EmailAddress);
builder.addScalarType('URL', AbsoluteUrl);

builder.queryType({
  description: `Reads. A provider that is silent never fails a query: the field says so in its \`sources\`.
GraphQL errors are left for the request and the system, with a stable \`extensions.code\`: BAD_USER_INPUT, BAD_CURSOR,
PAGE_TOO_LARGE, QUERY_TOO_COMPLEX and COST_EXCEEDED (the document asks for too much at once), RATE_LIMITED (the client's
budget is spent; with \`retryAfterSeconds\`), UNAUTHENTICATED, FORBIDDEN (with the missing \`scope\`), NOT_FOUND
(subscriptions only), PROVIDER_SILENT (a single rating by \`node\`), STORE_UNAVAILABLE (the store of tasks is away, full or
takes no writes: try again, a write under the same idempotency key), SHUTTING_DOWN (try again: another replica answers), INTERNAL (with a
\`correlationId\` that finds the line in the gateway's log).`,
});
builder.mutationType({
  description: `Writes. A write is checked, stored as a task and answered at once; \`task\` and \`taskUpdated\` show what becomes of it.
A lone item needs no list brackets. What the caller can correct comes as \`userErrors\`, all of them at once, and then nothing is done.`,
});
builder.subscriptionType({
  description:
    'Live changes, over SSE (graphql-sse, distinct connections mode) and WebSocket (graphql-transport-ws). A stream ends with the token it was opened with.',
});
