/** graphql-sse: a request for each operation, results as server-sent events. */
import { createClient, type Client, type ClientOptions } from 'graphql-sse';

/** `url` is the gateway's, e.g. https://skills.example.com/graphql. */
export function connectByEvents(url: string, apiKey: string, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    url,
    headers: { authorization: `Bearer ${apiKey}` },
    // The library would try everything again, a key that is refused too.
    retryAttempts: 0,
    ...options,
  });
}
