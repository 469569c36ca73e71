/** Questions of a soak run: a mix, one in ten of them cancelled before the answer is whole. */
import { Pool } from 'undici';
import { ask, type Target } from '../load.ts';
import { questionBodies } from '../questions.ts';

/** Of 20 questions. */
const MIX = { light: 6, one: 6, search: 4, experts: 2, page: 2 } as const;
type Name = keyof typeof MIX;
const TURNS = Object.entries(MIX).flatMap(([name, share]) => Array.from({ length: share }, () => name as Name));

const CANCELLED_SHARE = 0.1;

const SEARCH = 'query search($text: String!) { skills(search: $text, first: 10) { totalCount nodes { id name } } }';
const EXPERTS = `query experts($skills: [SkillRequirement!]!) {
  experts(skills: $skills, first: 10) { nodes { score employee { displayName } evidence { ratings { id normalized } } } }
}`;
const KNOWN = '{ employees(first: 100) { nodes { id } } skills(first: 100) { nodes { id name } } }';

export interface Asked {
  answered: number;
  cancelled: number;
  errors: number;
  /** Milliseconds of what was answered. */
  latencies: number[];
}

export class SoakAsking {
  readonly asked: Asked = { answered: 0, cancelled: 0, errors: 0, latencies: [] };
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #bodies: (name: Name) => string;
  /** What an answer took last, so that cancelling hits its middle. */
  readonly #lastMs = new Map<Name, number>();

  private constructor({ url, apiKey }: Target, connections: number, bodies: (name: Name) => string) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections });
    this.#path = pathname;
    this.#headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
    this.#bodies = bodies;
  }

  /** Learns whom and what to ask for. */
  static async over(target: Target, connections: number): Promise<SoakAsking> {
    const { data } = JSON.parse(await ask(target, JSON.stringify({ query: KNOWN }))) as {
      data: { employees: { nodes: { id: string }[] }; skills: { nodes: { id: string; name: string }[] } };
    };
    const employees = data.employees.nodes;
    const skills = data.skills.nodes;
    return new SoakAsking(target, connections, (name) => {
      if (name === 'search') {
        return JSON.stringify({ query: SEARCH, variables: { text: oneOf(skills).name.slice(0, 3 + random(8)) } });
      }
      if (name === 'experts') {
        const required = { skill: { id: oneOf(skills).id }, minLevel: 0.5 };
        return JSON.stringify({ query: EXPERTS, variables: { skills: [required] } });
      }
      return questionBodies(oneOf(employees).id)[name];
    });
  }

  /** Asks one question and reads the answer, or goes away before. */
  async turn(): Promise<void> {
    const name = oneOf(TURNS);
    const abort = new AbortController();
    const cancelling =
      Math.random() < CANCELLED_SHARE
        ? setTimeout(() => abort.abort(), Math.random() * (this.#lastMs.get(name) ?? 1))
        : null;
    const sent = performance.now();
    try {
      const response = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: this.#headers,
        body: this.#bodies(name),
        signal: abort.signal,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200 || text.includes('"errors":[')) this.#failed(text);
      else {
        const milliseconds = performance.now() - sent;
        this.#lastMs.set(name, milliseconds);
        this.asked.answered += 1;
        this.asked.latencies.push(milliseconds);
      }
    } catch (error) {
      if (abort.signal.aborted) this.asked.cancelled += 1;
      else this.#failed(String(error));
    } finally {
      if (cancelling) clearTimeout(cancelling);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** The first few are shown: which they are decides what to look at. */
  #failed(what: string): void {
    this.asked.errors += 1;
    if (this.asked.errors <= 5) process.stderr.write(`failed: ${what.slice(0, 300)}\n`);
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

function oneOf<Item>(items: readonly Item[]): Item {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('there is nothing to ask for');
  return item;
}
