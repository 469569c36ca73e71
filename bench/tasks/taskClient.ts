/** A client of writes: starts tasks over HTTP and watches them over event streams, as `examples/` do. */
import { Pool } from 'undici';
import type { Target } from '../load.ts';

/** One rating to write. */
export interface RatingItem {
  employee: { id: string };
  skill: { id: string };
  proficiency: { level: number };
  integration: string;
}

/** Its upserts answer at once and one call is one rating, so that what is measured is the gateway. */
const INTEGRATION = 'kombo-main';
const LEVEL = 0.5;

/** Characters that an event of WATCH has at most; a large task has thousands of them. */
const LONGEST_EVENT = 500;

/** Their product is how many ratings can be under way without one waiting for another. */
const EMPLOYEES = 100;
const SKILLS = 10;

const RATE = `mutation ($items: [RateSkillItem!]!) {
  rateSkills(input: { items: $items }) { task { id } userErrors { message } }
}`;
const WATCH = 'subscription ($id: ID!) { taskUpdated(id: $id) { state } }';
const UNDER_WAY = '{ tasks(first: 1, filter: { states: [QUEUED, RUNNING] }) { nodes { id } } }';
const SUCCEEDED = `query ($since: DateTime!) {
  tasks(first: 1, filter: { states: [SUCCEEDED], createdSince: $since }) { totalCount }
}`;
const PLACES = `query ($integration: String!, $employees: Int!) {
  employees(first: $employees, filter: { integrations: [$integration] }) { nodes { id } }
  skills(first: 100, filter: { integrations: [$integration] }) {
    nodes { id identity { records { integration { name } scale { __typename } } } }
  }
}`;

export class TaskClient {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #apiKey: string;

  /** `connections` bounds requests and streams together. */
  constructor({ url, apiKey }: Target, connections: number) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections });
    this.#path = pathname;
    this.#apiKey = apiKey;
  }

  /** Distinct pairs of an employee and a skill, each pair once. */
  async ratings(): Promise<RatingItem[]> {
    const { employees, skills } = await this.#ask<{
      employees: { nodes: { id: string }[] };
      skills: {
        nodes: { id: string; identity: { records: { integration: { name: string }; scale: object | null }[] } }[];
      };
    }>(PLACES, { integration: INTEGRATION, employees: EMPLOYEES });
    const rated = skills.nodes
      .filter(({ identity }) =>
        identity.records.some(({ integration, scale }) => integration.name === INTEGRATION && scale),
      )
      .slice(0, SKILLS);
    return rated.flatMap(({ id: skill }) =>
      employees.nodes.map(({ id: employee }) => ({
        employee: { id: employee },
        skill: { id: skill },
        proficiency: { level: LEVEL },
        integration: INTEGRATION,
      })),
    );
  }

  /** Starts a task and answers its id. Rejects when it is refused. */
  async rate(items: readonly RatingItem[]): Promise<string> {
    const { rateSkills } = await this.#ask<{
      rateSkills: { task: { id: string } | null; userErrors: { message: string }[] };
    }>(RATE, { items });
    if (!rateSkills.task) throw new Error(`refused: ${rateSkills.userErrors[0]?.message}`);
    return rateSkills.task.id;
  }

  /** Follows a task over a new event stream until it succeeded. Rejects when it ends in another way. */
  async watch(id: string): Promise<void> {
    const stream = await this.#post(WATCH, { id }, 'text/event-stream');
    stream.setEncoding('utf8');
    let text = '';
    await new Promise<void>((resolve, reject) => {
      // Goes on reading after the answer is known, so that the connection can be used again.
      stream.on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('"state":"SUCCEEDED"')) resolve();
        text = text.slice(-LONGEST_EVENT);
      });
      stream.once('end', () => reject(new Error(`a task did not succeed: ${text}`)));
      stream.once('error', reject);
    });
  }

  /** A task that is under way, the newest; null when there is none. */
  async underWay(): Promise<string | null> {
    const { tasks } = await this.#ask<{ tasks: { nodes: { id: string }[] } }>(UNDER_WAY, {});
    return tasks.nodes[0]?.id ?? null;
  }

  /** How many tasks created since then have succeeded. */
  async succeeded(since: Date): Promise<number> {
    const { tasks } = await this.#ask<{ tasks: { totalCount: number } }>(SUCCEEDED, { since: since.toISOString() });
    return tasks.totalCount;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #ask<Data>(query: string, variables: object): Promise<Data> {
    const body = await this.#post(query, variables, 'application/json');
    const { data, errors } = (await body.json()) as { data?: Data; errors?: unknown };
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async #post(query: string, variables: object, accept: string) {
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: this.#path,
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${this.#apiKey}` },
      body: JSON.stringify({ query, variables }),
    });
    if (statusCode !== 200) throw new Error(`${statusCode} ${(await body.text()).slice(0, 500)}`);
    return body;
  }
}
