import { createHash } from 'node:crypto';
import { installed } from '../../lib/installed.ts';
import { send, type Exchange } from '../exchange.ts';
import { dataUri, inScript, pagePolicy } from './markup.ts';
import { readWebFile } from './webFiles.ts';
import type { SandboxSimulator } from './sandboxRoutes.ts';

export interface LandingPageOptions {
  /** Whether /schema.graphql and /graphql tell the schema. */
  schema: boolean;
  graphiql: boolean;
  metrics: boolean;
  keysRequired: boolean;
  simulators: readonly SandboxSimulator[] | null;
}

/** The page at `/`, sent to browsers. It is rendered by the first visit and brings everything along; no other host is asked. */
export function createLandingPage(options: LandingPageOptions): (exchange: Exchange) => Promise<void> {
  let rendered: Promise<Page> | undefined;
  return async (exchange) => {
    rendered ??= render(options);
    const { html, policy } = await rendered;
    send(exchange, 200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, html);
  };
}

interface Page {
  html: string;
  policy: string;
}

async function render(options: LandingPageOptions): Promise<Page> {
  const { simulators, keysRequired } = options;
  const [style, script, icon] = await Promise.all(['landing.css', 'landing.js', 'icon.svg'].map(readWebFile));
  const data = { integrations: simulators?.map(({ integration }) => integration) ?? [], graphiql: options.graphiql };
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>skills-gateway</title>
<link rel="icon" href="${dataUri('image/svg+xml', icon ?? '')}">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand">${icon} skills-gateway</p>
${simulators ? '<p class="badge">Sandbox: every person and rating is invented</p>' : ''}
</header>
<main id="main">
<h1>Who knows what, how well, and who says so</h1>
<p class="lead">One GraphQL endpoint over several skills systems. Every rating keeps its source and its scale, a provider that is
silent is data and not an error, and writes are stored before they are answered and followed to their end.</p>
<nav aria-label="Start here"><ul class="cards">${cards(options)}</ul></nav>
<section aria-labelledby="curl-title">
<h2 id="curl-title">One request</h2>
<pre tabindex="0" id="curl" aria-labelledby="curl-title">curl http://127.0.0.1:4000/graphql -H 'content-type: application/json' \\
${keysRequired ? '  -H "authorization: Bearer $GATEWAY_API_KEY" \\\n' : ''}  -d '{"query": "{ employees(first: 3) { nodes { displayName jobTitle } } }"}'</pre>
</section>
${simulators ? sandbox(keysRequired) : ''}
</main>
<script id="data" type="application/json">${inScript(data)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
  const policy = pagePolicy([
    `script-src '${hashOf(script ?? '')}'`,
    `style-src '${hashOf(style ?? '')}'`,
    'img-src data:',
  ]);
  return { html, policy };
}

/** As a Content-Security-Policy names an inline script or style. */
const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

function cards({ graphiql, schema, metrics, keysRequired, simulators }: LandingPageOptions): string {
  const shown: [href: string, title: string, text: string][] = [];
  if (graphiql) shown.push(['/graphql', 'GraphiQL', 'Ask in the browser, with examples to start from.']);
  // A browser sends no key with a link.
  if (schema && !keysRequired) shown.push(['/schema.graphql', 'Schema', 'The graph as SDL, for code generators.']);
  shown.push(['/health/ready', 'Health', 'Whether it is ready, and how each provider is.']);
  if (metrics && !keysRequired) shown.push(['/metrics', 'Metrics', 'What Prometheus scrapes.']);
  if (simulators && installed('docs')) {
    shown.push(
      ['/docs/clients.md', 'Clients', 'How frontends and services connect, library by library.'],
      ['/docs/errors.md', 'Errors', 'Every error code: what it means and what to do.'],
      ['/docs/operations.md', 'Operations', 'Settings, security, data and several replicas.'],
    );
  }
  return shown
    .map(([href, title, text]) => `<li><a href="${href}"><strong>${title}</strong><span>${text}</span></a></li>`)
    .join('');
}

const sandbox = (keysRequired: boolean): string => `<section aria-labelledby="sandbox-title">
<h2 id="sandbox-title">Silence a provider, and ask</h2>
<p>The providers behind this sandbox are simulated. Make one unavailable, slow or rate limiting for a minute and ask about
somebody: the answer names it under <code>sources</code>, and the rest of the answer stands. Press again to end it early.</p>
${keysRequired ? '<form id="key-form"><label>API key <input id="key" type="password" autocomplete="off" spellcheck="false"></label></form>' : ''}
<ul id="simulators" class="simulators"></ul>
<p class="actions"><button id="ask" class="primary" type="button">Ask about somebody</button></p>
<p id="summary" role="status"></p>
<div id="answer"></div>
<noscript><p>Without JavaScript: <code>POST /sandbox/simulators/&lt;integration&gt;</code> takes
<code>{"kind": "UNAVAILABLE"}</code>.</p></noscript>
</section>`;
