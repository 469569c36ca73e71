import type { TestGateway } from '../gateway.ts';

/** What exists in the gateway under test, so that generated arguments meet something. */
export interface Known {
  /** Global ids of every type. */
  ids: readonly [string, ...string[]];
  cursors: readonly [string, ...string[]];
  /** Names of integrations and of skills, remote ids, addresses, numbers, words. */
  texts: readonly [string, ...string[]];
  integrations: readonly [string, ...string[]];
  emails: readonly [string, ...string[]];
}

const QUESTION = /* GraphQL */ `
  query Known {
    integrations {
      id
      name
    }
    employees(first: 12) {
      edges {
        cursor
        node {
          id
          displayName
          workEmail
          employeeNumber
          identity {
            records {
              remoteId
            }
          }
        }
      }
    }
    skills(first: 12) {
      edges {
        cursor
        node {
          id
          name
        }
      }
    }
    jobProfiles(first: 5) {
      edges {
        cursor
        node {
          id
          name
        }
      }
    }
  }
`;

const TASK = /* GraphQL */ `
  mutation First($skill: ID!, $employee: ID!) {
    rateSkills(
      input: { items: [{ employee: { id: $employee }, skill: { id: $skill }, proficiency: { level: 0.5 } }] }
    ) {
      task {
        id
        items {
          edges {
            cursor
            node {
              id
            }
          }
        }
      }
    }
  }
`;

interface Listed extends Record<'employees' | 'skills', { edges: { node: { id: string } }[] }> {
  integrations: { name: string }[];
}

/** Reads what there is, and starts one task so that there are tasks too. */
export async function readKnown(gateway: TestGateway): Promise<Known> {
  const { data } = await gateway.ask<Listed>(QUESTION);
  if (!data) throw new Error('the gateway under test does not say what it has');
  const [employee, skill] = [data.employees, data.skills].map(({ edges }) => edges[0]?.node.id);
  const written = await gateway.ask(TASK, { employee, skill });
  const strings = [...leaves(data), ...leaves(written.data)];
  const of = (keys: readonly string[]) =>
    atLeastOne(strings.flatMap(([key, text]) => (keys.includes(key) ? text : [])));
  return {
    ids: of(['id']),
    cursors: of(['cursor']),
    texts: of(['name', 'displayName', 'workEmail', 'employeeNumber', 'remoteId']),
    integrations: atLeastOne(data.integrations.map(({ name }) => name)),
    emails: of(['workEmail']),
  };
}

/** Every string in a value, with the key it stands under. */
function leaves(value: unknown, key = ''): [string, string][] {
  if (typeof value === 'string') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, Array.isArray(value) ? key : name));
}

function atLeastOne(texts: readonly string[]): [string, ...string[]] {
  const [first, ...others] = texts;
  if (first === undefined) throw new Error('the gateway under test is empty');
  return [first, ...others];
}
