/** The page at `/`: the address in its curl line, and in a sandbox the simulators' switch and a live question. */

/** @typedef {'UNAVAILABLE' | 'SLOW' | 'RATE_LIMITED'} Kind */
/** @typedef {{ integration: string, disruption: { kind: Kind, until: string } | null }} SimulatorState */
/** @typedef {{ code: string, message: string, retryAfterSeconds: number | null }} Problem */
/** @typedef {{ integration: { name: string }, state: string, ageSeconds: number | null, latencyMs: number | null, problem: Problem | null }} Source */
/** @typedef {{ sourceLabel: string, normalized: number | null, integration: { name: string } }} Rating */
/** @typedef {{ skill: { name: string }, ratings: Rating[] }} Held */
/** @typedef {{ displayName: string, jobTitle: string | null, location: string | null, skills: { totalCount: number, nodes: Held[], sources: Source[] }, skillGaps: { sources: Source[] } }} Person */

/** The key that GraphiQL's page keeps, too. */
const KEY = 'skills-gateway:key';

/** @type {Record<Kind, string>} */
const LABELS = { UNAVAILABLE: 'Unavailable', SLOW: 'Slow', RATE_LIMITED: 'Rate limiting' };

/** @type {{ integrations: string[], graphiql: boolean }} */
const { integrations, graphiql } = JSON.parse(element('data').textContent ?? '');
const keyField = /** @type {HTMLInputElement | null} */ (document.getElementById('key'));

const PEOPLE = 'query People { employees(first: 100) { nodes { id identity { records { integration { name } } } } } }';

const PERSON = `# A person whom nobody has asked about yet, and how each provider answered.
query OnePerson($id: ID!) {
  employee(by: { id: $id }) {
    displayName
    jobTitle
    location
    skills(first: 6) {
      totalCount
      nodes {
        skill {
          name
        }
        ratings {
          integration {
            name
          }
          sourceLabel
          normalized
        }
      }
      sources {
        ...Source
      }
    }
    skillGaps {
      sources {
        ...Source
      }
    }
  }
}

fragment Source on SourceStatus {
  integration {
    name
  }
  state
  ageSeconds
  latencyMs
  problem {
    code
    message
    retryAfterSeconds
  }
}
`;

/** @type {Map<string, SimulatorState>} */
const states = new Map();
/** Ids of people with a record in every system, in no order. @type {string[]} */
let people = [];

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/**
 * Sends JSON, or asks where there is no body. Rejects with the gateway's own words.
 * @param {string} path
 * @param {object} [body]
 */
async function request(path, body) {
  const key = keyField?.value.trim() ?? '';
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  if (answer.errors && !answer.data) throw new Error(answer.errors[0].message);
  return answer;
}

/** @param {unknown} error */
function showError(error) {
  const message = error instanceof Error ? error.message : String(error);
  element('summary').textContent = message;
  element('answer').replaceChildren();
}

/** Reads the simulators' state, and shows it. */
async function readStates() {
  /** @type {{ simulators: SimulatorState[] }} */
  const { simulators } = await request('/sandbox/simulators');
  for (const state of simulators) states.set(state.integration, state);
  showStates();
}

function showStates() {
  for (const integration of integrations) showState(integration);
}

/** @param {string} integration */
function showState(integration) {
  const disruption = states.get(integration)?.disruption ?? null;
  const left = disruption ? Math.ceil((Date.parse(disruption.until) - Date.now()) / 1000) : 0;
  const kind = disruption && left > 0 ? disruption.kind : null;
  const item = element(`simulator-${integration}`);
  item.dataset['disrupted'] = String(kind !== null);
  const status = item.querySelector('.status');
  const text = kind ? `${LABELS[kind]} for another ${left} s.` : 'Answers as usual.';
  if (status) status.textContent = text;
  for (const button of item.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.value === kind));
  }
}

/**
 * Makes a simulator unavailable, slow or rate limiting for a minute; what it is already ends by it. Then asks, to show it.
 * @param {string} integration
 * @param {string} kind
 */
async function disrupt(integration, kind) {
  const disruption = states.get(integration)?.disruption;
  const isOn = disruption?.kind === kind && Date.parse(disruption.until) > Date.now();
  states.set(
    integration,
    await request(`/sandbox/simulators/${integration}`, { kind: isOn ? null : kind, seconds: 60 }),
  );
  showState(integration);
  await ask();
}

/** Somebody whom this page has not asked about, so that nobody's copy answers. */
async function nextPerson() {
  if (people.length === 0) {
    const { data } = await request('/graphql', { query: PEOPLE });
    /** @type {{ id: string, identity: { records: { integration: { name: string } }[] } }[]} */
    const nodes = data.employees.nodes;
    const isEverywhere = (/** @type {(typeof nodes)[number]} */ { identity }) =>
      integrations.every((name) => identity.records.some((record) => record.integration.name === name));
    const everywhere = nodes.filter(isEverywhere);
    people = (everywhere.length > 0 ? everywhere : nodes)
      .map(({ id }) => ({ id, at: Math.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ id }) => id);
  }
  return people.pop();
}

async function ask() {
  const button = /** @type {HTMLButtonElement} */ (element('ask'));
  button.disabled = true;
  button.textContent = 'Asking…';
  try {
    const variables = { id: await nextPerson() };
    const answer = await request('/graphql', { query: PERSON, variables, operationName: 'OnePerson' });
    if (answer.data?.employee) showPerson(answer.data.employee, answer, variables);
    else showError(new Error('The directory is still being read: ask again in a moment.'));
  } finally {
    button.disabled = false;
    button.textContent = 'Ask about somebody else';
  }
}

/**
 * @param {Person} person
 * @param {object} answer The whole of it.
 * @param {object} variables
 */
function showPerson({ displayName, jobTitle, location: place, skills, skillGaps }, answer, variables) {
  const silent = new Set(
    [...skills.sources, ...skillGaps.sources]
      .filter(({ state }) => state === 'UNREACHABLE')
      .map(({ integration }) => integration.name),
  );
  element('summary').textContent =
    silent.size === 0
      ? 'Every provider answered.'
      : `${[...silent].join(' and ')} did not answer. The rest of the answer stands.`;
  const link = `/graphql?${new URLSearchParams({ query: PERSON, variables: JSON.stringify(variables, null, 2) })}`;
  element('answer').replaceChildren(
    make(
      'article',
      { class: 'person' },
      make('h3', {}, displayName),
      make('p', {}, [jobTitle, place].filter((text) => text !== null).join(', ')),
      sourcesTable(skills.sources, skillGaps.sources),
      ratingsTable(skills),
      make(
        'details',
        {},
        make('summary', {}, 'The answer as JSON'),
        make('pre', { tabindex: '0' }, JSON.stringify(answer, null, 2)),
      ),
      ...(graphiql ? [make('p', {}, make('a', { href: link }, 'Ask this in GraphiQL'))] : []),
    ),
  );
}

/** @param {Source[]} skills @param {Source[]} gaps */
function sourcesTable(skills, gaps) {
  const rows = integrations.map((name) => {
    const isOf = (/** @type {Source} */ { integration }) => integration.name === name;
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, name),
      make('td', {}, ...shownSource(skills.find(isOf))),
      make('td', {}, ...shownSource(gaps.find(isOf))),
    );
  });
  return table('How each provider answered (sources)', ['Provider', 'Skills', 'Gaps to the role'], rows);
}

/** @param {Source | undefined} source */
function shownSource(source) {
  if (!source) return ['–'];
  const { state, latencyMs, ageSeconds, problem } = source;
  const why = problem
    ? `${problem.code}: ${problem.message}${problem.retryAfterSeconds ? ` Asked again in ${problem.retryAfterSeconds} s.` : ''}`
    : latencyMs !== null
      ? `in ${latencyMs} ms`
      : ageSeconds !== null
        ? `${ageSeconds} s old`
        : '';
  return [make('span', { class: 'chip', 'data-state': state }, state), make('span', { class: 'why' }, why)];
}

/** @param {Person['skills']} skills */
function ratingsTable({ totalCount, nodes }) {
  const rows = nodes.map(({ skill, ratings }) => {
    const cells = integrations.map((name) => {
      const own = ratings.filter(({ integration }) => integration.name === name);
      return make('td', {}, own.map(shownRating).join(', ') || '–');
    });
    return make('tr', {}, make('th', { scope: 'row' }, skill.name), ...cells);
  });
  const caption = `${nodes.length} of ${totalCount} skills: each rating from 0 to 1, and who says so`;
  return table(caption, ['Skill', ...integrations], rows);
}

/** @param {Rating} rating */
function shownRating({ sourceLabel, normalized }) {
  return `${normalized === null ? 'held' : normalized.toFixed(2)} (${sourceLabel})`;
}

/** @param {string} caption @param {string[]} heads @param {Node[]} rows */
function table(caption, heads, rows) {
  const head = make('tr', {}, ...heads.map((text) => make('th', { scope: 'col' }, text)));
  return make(
    'div',
    { class: 'scroll' },
    make('table', {}, make('caption', {}, caption), make('thead', {}, head), make('tbody', {}, ...rows)),
  );
}

function startSandbox() {
  element('simulators').append(
    ...integrations.map((integration) => {
      const buttons = Object.entries(LABELS).map(([kind, label]) => {
        const button = make('button', { type: 'button', value: kind, 'aria-pressed': 'false' }, label);
        button.addEventListener('click', () => {
          disrupt(integration, kind).catch(showError);
        });
        return button;
      });
      return make(
        'li',
        { id: `simulator-${integration}` },
        make('h3', { id: `name-${integration}` }, integration),
        make('p', { class: 'status' }, 'Answers as usual.'),
        make('div', { class: 'buttons', role: 'group', 'aria-labelledby': `name-${integration}` }, ...buttons),
      );
    }),
  );
  element('ask').addEventListener('click', () => {
    ask().catch(showError);
  });
  if (keyField) {
    keyField.value = sessionStorage.getItem(KEY) ?? '';
    keyField.form?.addEventListener('submit', (event) => event.preventDefault());
    keyField.addEventListener('change', () => {
      sessionStorage.setItem(KEY, keyField.value.trim());
      readStates().catch(showError);
    });
  }
  // Without a key there is nothing to read yet.
  if (!keyField || keyField.value !== '') readStates().catch(showError);
  setInterval(showStates, 1000);
}

const curl = element('curl');
curl.textContent = (curl.textContent ?? '').replace(/http:\/\/[^/]+/, location.origin);
if (integrations.length > 0) startSandbox();
