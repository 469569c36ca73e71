/** The writes of a chaos run: to employees' skills that nobody holds at first, so that effects can be counted. */
import { post } from './client.ts';
import type { World } from './world.ts';

/** One write, under an idempotency key with which it is repeated until it was acknowledged. */
export interface Write {
  key: string;
  mutation: string;
  variables: object;
}

/** An employee and a skill of one provider, and how they are written. */
export interface Pair {
  /** The simulator that is written to. */
  provider: string;
  mutation: 'rateSkills' | 'assignSkills';
  integration: string;
  /** Global ids. */
  employee: string;
  skill: string;
  /** The provider's own ids, as its rating rows name them. */
  employeeId: string;
  skillId: string;
}

/** What is written where: an upsert by key, one that must read before it creates, and one that the provider does later. */
export const KINDS = [
  { provider: 'kombo', mutation: 'rateSkills' },
  { provider: 'kantata', mutation: 'rateSkills' },
  { provider: 'kombo', mutation: 'assignSkills' },
] as const;

const PAGE = `query ($after: String) { employees(first: 50, after: $after, filter: { integrations: ["kantata-main"] }) {
  pageInfo { hasNextPage endCursor }
  nodes { id identity { records { integration { name provider } remoteId } } skills(first: 200) { nodes { skill { id } } } }
} }`;
const SKILLS = `query ($after: String) { skills(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
  nodes { id identity { records { integration { name provider } remoteId scale { __typename } } } } } }`;

const RATE = (name: string) => `mutation ($id: ID!, $skill: ID!, $integration: String!, $level: Float!, $key: String!) {
  write: ${name}(input: { idempotencyKey: $key, items: { employee: { id: $id }, skill: { id: $skill },
    proficiency: { level: $level }, integration: $integration } }) { task { id } userErrors { code message } }
}`;

/** The level of each further write of a pair: two in turn, so that a value that was overtaken shows. */
export const levelOf = (generation: number): number => (generation % 2 === 0 ? 0 : 1);

/** One write of a pair; `generation` counts those before it. */
export function ratingOf(pair: Pair, generation: number): Write {
  const { provider, mutation, employee: id, skill, integration, employeeId, skillId } = pair;
  const key = `${mutation}-${provider}-${employeeId}-${skillId}-${generation}`;
  return { key, mutation: RATE(mutation), variables: { id, skill, integration, level: levelOf(generation), key } };
}

const CREATE = `mutation ($email: EmailAddress!, $integration: String!, $key: String!) {
  write: upsertEmployees(input: { idempotencyKey: $key, items: { workEmail: $email, givenName: "Grace", familyName: "Hopper",
    integration: $integration } }) { task { id } userErrors { code message } }
}`;

/** A write that is never repeated: somebody new. */
export function newPersonOf(number: number): Write & { email: string } {
  const email = `new.person.${number}@chaos.example`;
  const key = `create-${number}`;
  return { email, key, mutation: CREATE, variables: { email, integration: 'kombo-main', key } };
}

interface Records {
  identity: {
    records: { integration: { name: string; provider: string }; remoteId: string; scale?: object | null }[];
  };
}
interface Person extends Records {
  id: string;
  skills: { nodes: { skill: { id: string } }[] };
}
interface Page<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
}

/** As many pairs as asked for; throws when the workforce has not that many that are free. */
export async function freePairs(
  world: Pick<World, 'up'>,
  count: number,
  random: () => number,
  kinds: readonly Pick<Pair, 'provider' | 'mutation'>[] = KINDS,
): Promise<Pair[]> {
  const url = await world.up('serve', random);
  const [people, skills] = [
    await all<Person>(url, PAGE, 'employees'),
    await all<Records & { id: string }>(url, SKILLS, 'skills'),
  ];
  const recordIn = ({ identity }: Records, provider: string) =>
    identity.records.find(({ integration, scale }) => integration.provider === provider && scale !== null);
  const pairs: Pair[] = [];
  for (const person of people) {
    const held = new Set(person.skills.nodes.map(({ skill }) => skill.id));
    for (const skill of skills) {
      const kind = kinds[pairs.length % kinds.length];
      if (!kind || held.has(skill.id)) continue;
      const [them, it] = [recordIn(person, kind.provider), recordIn(skill, kind.provider)];
      if (!them || !it) continue;
      const ids = { employee: person.id, skill: skill.id, employeeId: them.remoteId, skillId: it.remoteId };
      pairs.push({ ...kind, ...ids, integration: them.integration.name });
      if (pairs.length === count) return pairs;
    }
  }
  throw new Error(`the workforce has only ${pairs.length} free pairs`);
}

/** One write for each of so many pairs. */
export async function planWrites(world: Pick<World, 'up'>, count: number, random: () => number): Promise<Write[]> {
  return (await freePairs(world, count, random)).map((pair) => ratingOf(pair, 0));
}

async function all<Node>(url: string, query: string, field: string): Promise<Node[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  do {
    const answer = (await (await post(url, query, { after })).json()) as { data?: Record<string, Page<Node>> };
    const page: Page<Node> | undefined = answer.data?.[field];
    if (!page) throw new Error(`no ${field}: ${JSON.stringify(answer)}`);
    nodes.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}

/** Asks for a write, again and of whichever replica is up, until one has acknowledged it; the task's id. */
export async function acknowledged(world: Pick<World, 'up'>, write: Write, random: () => number): Promise<string> {
  for (;;) {
    const url = await world.up('serve', random);
    try {
      const response = await post(url, write.mutation, write.variables, { signal: AbortSignal.timeout(20_000) });
      const answer = (await response.json()) as {
        data?: { write: { task: { id: string } | null; userErrors: unknown[] } };
      };
      if (answer.data?.write.task) return answer.data.write.task.id;
      if ((answer.data?.write.userErrors.length ?? 0) > 0) throw new Refused(JSON.stringify(answer));
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    await breath();
  }
}

class Refused extends Error {}

/** A client's pause before it tries again. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
}
