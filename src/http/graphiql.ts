import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { ServerResponse } from 'node:http';
import type { GraphiqlTab } from './graphiqlTabs.ts';

const TITLE = 'skills-gateway';

/** The page brings everything along. This keeps it so: the browser itself refuses any other host. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * GraphiQL leaves a stale transform on tabs it opens with, which takes effect as a tab gets the focus: it jumps away from
 * under the pointer, and the first click on it is lost. Without transforms tabs are not animated while dragged.
 */
const STYLE = '<style>.graphiql-tab { transform: none !important; }</style>';

export interface GraphiqlPage {
  /** Sends the page; `gzipped` where the browser takes gzip. */
  send(response: ServerResponse, headers: Record<string, string>, gzipped: boolean): Promise<void>;
}

/**
 * GraphiQL with these tabs. The page is 9 MB of one file and its import costs 50 MB, so both wait for the first visitor;
 * compressed it is 2.4 MB, and only that is kept.
 */
export function createGraphiqlPage(tabs: readonly GraphiqlTab[], keysRequired: boolean): GraphiqlPage {
  const headers = keysRequired ? JSON.stringify({ Authorization: 'Bearer ' }) : undefined;
  const render = async (): Promise<string> => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const page = renderGraphiQL({
      title: TITLE,
      subscriptionsProtocol: 'SSE',
      defaultTabs: tabs.map(({ query, variables }) => ({
        query,
        variables: variables ?? null,
        headers: headers ?? null,
      })),
      ...(headers === undefined ? {} : { defaultHeaders: headers }),
    });
    return page.replace('</head>', `${STYLE}</head>`);
  };
  let compressed: Promise<Buffer> | undefined;
  return {
    async send(response, common, gzipped) {
      compressed ??= gzipped ? render().then((page) => promisify(gzip)(page)) : undefined;
      const body = gzipped ? await compressed : Buffer.from(await render());
      response.writeHead(200, {
        ...common,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        ...(gzipped ? { 'content-encoding': 'gzip' } : {}),
        'content-length': body?.length ?? 0,
      });
      response.end(body);
    },
  };
}
