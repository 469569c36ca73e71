/**
 * GraphiQL for this gateway, over the bundle that the page carries: one API key for the whole page, links that open as
 * tabs, and requests by POST with the document exactly as it was typed, so that error positions fit.
 */

/**
 * What the server writes into the page.
 * @typedef {object} PageOptions
 * @property {{ query: string, variables?: string }[]} tabs The example tabs.
 */

/**
 * @typedef {object} Observer What GraphiQL takes results with.
 * @property {(result: object) => void} next
 * @property {(error: unknown) => void} error
 * @property {() => void} complete
 */

/** In the session's storage: it outlives a reload, not the browser tab. */
const KEY = 'skills-gateway:key';

/** Where GraphiQL keeps its tabs. */
const TABS = 'graphiql:tabState';

const NO_KEY = { errors: [{ message: 'This gateway asks for an API key: enter it at the top of the page.' }] };

/** @type {PageOptions} */
const { tabs } = JSON.parse(element('options').textContent ?? '');
const keyField = /** @type {HTMLInputElement | null} */ (document.getElementById('key'));

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/**
 * GraphiQL's fetcher. It is called for introspection, too.
 * @param {{ query: string, operationName?: string, variables?: object }} request
 * @param {{ headers?: Record<string, string> }} [more] With the headers of the tab.
 */
function fetcher(request, { headers = {} } = {}) {
  return {
    /** @param {Observer} observer */
    subscribe(observer) {
      const stop = new AbortController();
      ask(request, headers, stop.signal, (result) => observer.next(result)).then(
        () => observer.complete(),
        (error) => {
          if (!stop.signal.aborted) observer.error(error);
        },
      );
      return { unsubscribe: () => stop.abort() };
    },
  };
}

/**
 * Sends one request and hands on each result: one of a query, many of a subscription or a query with `@defer`.
 * @param {{ query: string, operationName?: string, variables?: object }} request
 * @param {Record<string, string>} given The headers of the tab; they win over the page's.
 * @param {AbortSignal} signal
 * @param {(result: object) => void} next
 */
async function ask({ query, operationName, variables }, given, signal, next) {
  const headers = new Headers({
    // Of the same weight: one result comes as JSON, the events of a subscription and the parts of `@defer` as a stream.
    accept: 'application/graphql-response+json, text/event-stream',
    'content-type': 'application/json',
  });
  const key = keyField?.value.trim() ?? '';
  if (key !== '') headers.set('authorization', `Bearer ${key}`);
  for (const [name, value] of Object.entries(given)) headers.set(name, value);
  // Not sent: a gateway counts requests without a key as guesses.
  if (keyField && !headers.has('authorization')) return next(NO_KEY);
  const body = JSON.stringify({ query, variables, ...(holds(query, operationName) ? { operationName } : {}) });
  const response = await fetch(location.pathname, { method: 'POST', headers, body, signal });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return readEvents(response, next);
  const text = await response.text();
  try {
    next(JSON.parse(text));
  } catch {
    throw new Error(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

/**
 * Whether a document holds an operation of this name. For a moment after a change of tabs GraphiQL still names the
 * operation of the tab before.
 * @param {string} query
 * @param {string | undefined} name
 */
function holds(query, name) {
  return name !== undefined && new RegExp(`\\b(?:query|mutation|subscription)\\s+${name}\\b`).test(query);
}

/**
 * Hands on the results of an event stream (graphql-sse, distinct connections mode).
 * @param {Response} response
 * @param {(result: object) => void} next
 */
async function readEvents(response, next) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split('\n').filter((line) => line.startsWith('data:'));
      const data = lines.map((line) => line.slice(5).trimStart()).join('\n');
      if (data !== '') next(JSON.parse(data));
    }
  }
}

/**
 * The same document with the named operation first: GraphiQL runs the first one unless another is chosen.
 * @param {string} query
 * @param {string | null} name
 */
function withOperationFirst(query, name) {
  if (!name) return query;
  const definitions = definitionsOf(query);
  const isNamed = (/** @type {string} */ text) =>
    new RegExp(`^\\s*(?:query|mutation|subscription)\\s+${name}\\b`).test(text.replaceAll(/#.*/g, ''));
  const first = definitions.find(isNamed);
  if (first === undefined || first === definitions[0]) return query;
  return [first, ...definitions.filter((text) => text !== first)].map((text) => text.trim()).join('\n\n');
}

/**
 * The definitions of a document, each with the comments above it. Brackets in strings and comments do not count.
 * @param {string} query
 */
function definitionsOf(query) {
  const definitions = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of query.matchAll(/"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#.*|[{}()]/g)) {
    if (token === '{' || token === '(') depth += 1;
    if (token === '}' || token === ')') depth -= 1;
    if (token !== '}' || depth !== 0) continue;
    definitions.push(query.slice(start, index + 1));
    start = index + 1;
  }
  return definitions;
}

/** The tab that the page's address asks for; null where it asks for none. */
function linkedTab() {
  const { searchParams } = new URL(location.href);
  const query = searchParams.get('query');
  if (!query) return null;
  return {
    query: withOperationFirst(query, searchParams.get('operationName')),
    variables: searchParams.get('variables') ?? '',
  };
}

/** The address that opens the present tab anywhere; null where the browser keeps no storage. */
function linkToTab() {
  const { tabs: kept, activeTabIndex } = JSON.parse(localStorage.getItem(TABS) ?? '{"tabs":[]}');
  const tab = kept[activeTabIndex];
  if (!tab?.query) return null;
  const url = new URL(location.pathname, location.href);
  url.searchParams.set('query', tab.query);
  if (tab.variables?.trim()) url.searchParams.set('variables', tab.variables);
  if (tab.operationName) url.searchParams.set('operationName', tab.operationName);
  return url.href;
}

/** GraphiQL's own shortcut for reading the schema again. */
function readSchemaAgain() {
  dispatchEvent(new KeyboardEvent('keydown', { key: 'R', ctrlKey: true, shiftKey: true }));
}

if (keyField) {
  keyField.value = sessionStorage.getItem(KEY) ?? '';
  keyField.addEventListener('change', () => {
    sessionStorage.setItem(KEY, keyField.value.trim());
    readSchemaAgain();
  });
  keyField.form?.addEventListener('submit', (event) => {
    event.preventDefault();
    keyField.blur();
  });
}

const copyLink = element('copy-link');
copyLink.addEventListener('click', () => {
  const link = linkToTab();
  if (!link) return;
  // Where the clipboard is closed, as on an address without TLS, the link is in the address bar.
  history.replaceState({}, '', link);
  navigator.clipboard?.writeText(link).catch(() => {});
  const label = copyLink.textContent;
  copyLink.textContent = 'Copied';
  setTimeout(() => {
    copyLink.textContent = label;
  }, 1500);
});

const linked = linkedTab();
// A reload shows the tab where it is by then, and does not open it once more.
if (linked) history.replaceState({}, '', location.pathname);

Reflect.get(globalThis, 'YogaGraphiQL').renderYogaGraphiQL(element('root'), {
  fetcher,
  // Used where nothing is stored yet. GraphiQL shows the given document in the first of them.
  defaultTabs: linked ? [linked, ...tabs] : tabs,
  ...(linked ? { initialQuery: linked.query, initialVariables: linked.variables, initialHeaders: '' } : {}),
  shouldPersistHeaders: false,
  maxHistoryLength: 50,
  title: '',
  logo: '',
  // The default writes each edit into the address, which opens it as another tab after a reload.
  onEditQuery: () => {},
});
