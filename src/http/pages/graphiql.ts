import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { GraphiqlTab } from './graphiqlTabs.ts';
import { dataUri, inScript, pagePolicy } from './markup.ts';
import { readWebFile } from './webFiles.ts';

/** The page brings everything along. This keeps it so: the browser itself refuses any other host. */
const CONTENT_SECURITY_POLICY = pagePolicy([
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
]);

export interface GraphiqlPage {
  /** Sends the page; `gzipped` where the browser takes gzip. */
  send(response: ServerResponse, headers: Record<string, string>, gzipped: boolean): Promise<void>;
}

/**
 * GraphiQL with these tabs, and with a field for the API key where `keysRequired`. The page is 9 MB of one file and its
 * import costs 50 MB, so both wait for the first visitor; compressed it is 2.4 MB, and only that is kept.
 */
export function createGraphiqlPage(tabs: readonly GraphiqlTab[], keysRequired: boolean): GraphiqlPage {
  let compressed: Promise<Buffer> | undefined;
  return {
    async send(response, common, gzipped) {
      compressed ??= gzipped ? render(tabs, keysRequired).then((page) => promisify(gzip)(page)) : undefined;
      const body = gzipped ? await compressed : Buffer.from(await render(tabs, keysRequired));
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

const KEY_FIELD = `<form>
  <label>API key or token <input id="key" type="password" autocomplete="off" spellcheck="false" /></label>
</form>`;

async function render(tabs: readonly GraphiqlTab[], keysRequired: boolean): Promise<string> {
  const [style, script, icon, bundle] = await Promise.all([
    readWebFile('graphiql.css'),
    readWebFile('graphiql.js'),
    readWebFile('icon.svg'),
    import('@graphql-yoga/render-graphiql/graphiql'),
  ]);
  const { editorWorkerService, graphqlWorker, jsonWorker } = bundle;
  const workers = { editorWorkerService, json: jsonWorker, graphql: graphqlWorker };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>skills-gateway: GraphiQL</title>
<link rel="icon" href="${dataUri('image/svg+xml', icon)}">
<style>${bundle.css}</style>
<style>${style}</style>
</head>
<body>
<header class="bar">
<a class="brand" href="/">${icon} skills-gateway</a>
${keysRequired ? KEY_FIELD : ''}
<button id="copy-link" type="button">Copy a link to this tab</button>
</header>
<main id="root"></main>
<noscript>GraphiQL needs JavaScript.</noscript>
<script id="options" type="application/json">${inScript({ tabs })}</script>
<script>
const workers = ${inScript(workers)};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => URL.createObjectURL(new Blob([workers[label]], { type: 'application/javascript' })),
};
</script>
<script>${withHistory(bundle.js)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/**
 * The bundle shows a builder of queries in place of GraphiQL's history, and exports neither. This adds the history beside
 * it; the tests notice a bundle of another shape, which stays as it is.
 */
function withHistory(bundle: string): string {
  const history = /([\w$]+)=\{title:"History",icon:/.exec(bundle)?.[1];
  if (history === undefined) return bundle;
  return bundle.replace(
    /plugins:\[([\w$]+)\],schemaDescription:/,
    (_, builder: string) => `plugins:[${builder},${history}],schemaDescription:`,
  );
}
