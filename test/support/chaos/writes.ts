/** The writes of a chaos run: each to an employee and skill of its own that nobody holds, so that effects can be counted. */
import { post } from './client.ts';
import type { World } from './world.ts';

/** One write, under an idempotency key with which it is repeated until it was acknowledged. */
export interface Write {
  key: string;
  mutation: string;
  variables: object;
  /** The simulator that is written to. */
  provider: string;
}

const PAGE = `query ($after: String) { employees(first: 50, after: $after, filter: { integrations: ["kantata-main"] }) {
  pageInfo { hasNextPage endCursor }
  nodes { id identity { records { integration { name provider } } } skills(first: 200) { nodes { skill { id } } } }
} }`;
const SKILLS = `query ($after: String) { skills(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
  nodes { id identity { records { integration { name provider } scale { __typename } } } } } }`;

const mutation = (name: string) => `mutation ($id: ID!, $skill: ID!, $integration: String!, $key: String!) {
  write: ${name}(input: { idempotencyKey: $key, items: { employee: { id: $id }, skill: { id: $skill },
    proficiency: { level: 0.5 }, integration: $integration } }) { task { id } userErrors { code message } }
}`;

/** What is written where: an upsert by key, one that must read before it creates, and one that the provider does later. */
const KINDS = [
  { provider: 'kombo', mutation: mutation('rateSkills') },
  { provider: 'kantata', mutation: mutation('rateSkills') },
  { provider: 'kombo', mutation: mutation('assignSkills') },
] as const;

interface Records {
  identity: { records: { integration: { name: string; provider: string }; scale?: object | null }[] };
}
interface Person extends Records {
  id: string;
  skills: { nodes: { skill: { id: string } }[] };
}
interface Page<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
}

/** As many writes as asked for; throws when the workforce has not that many free pairs. */
export async function planWrites(world: Pick<World, 'up'>, count: number, random: () => number): Promise<Write[]> {
  const url = await world.up('serve', random);
  const [people, skills] = [
    await all<Person>(url, PAGE, 'employees'),
    await all<Records & { id: string }>(url, SKILLS, 'skills'),
  ];
  const nameIn = ({ identity }: Records, provider: string): string | undefined =>
    identity.records.find(({ integration, scale }) => integration.provider === provider && scale !== null)?.integration
      .name;
  const writes: Write[] = [];
  for (const person of people) {
    const held = new Set(person.skills.nodes.map(({ skill }) => skill.id));
    for (const skill of skills) {
      const kind = KINDS[writes.length % KINDS.length];
      if (!kind || held.has(skill.id)) continue;
      const integration = nameIn(person, kind.provider);
      if (integration === undefined || nameIn(skill, kind.provider) === undefined) continue;
      const key = `chaos-${writes.length}`;
      writes.push({ key, ...kind, variables: { id: person.id, skill: skill.id, integration, key } });
      if (writes.length === count) return writes;
    }
  }
  throw new Error(`the workforce has only ${writes.length} free pairs`);
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
