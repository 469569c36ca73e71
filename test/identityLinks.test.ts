import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const RECORDS = `
  query Records {
    employees(first: 100) {
      nodes {
        id
        ...Identity
      }
    }
    skills(first: 100) {
      nodes {
        id
        identity {
          records {
            integration {
              name
            }
            remoteId
          }
        }
      }
    }
  }
`;

const FRAGMENTS = `
  fragment Identity on Employee {
    identity {
      records { integration { name } remoteId match { rule confidence linkedBy linkedAt note } employee { id } }
      conflicts {
        reason message
        record { integration { name } remoteId }
        other { integration { name } remoteId ... on EmployeeRecord { employee { id } } }
      }
    }
  }
`;

const WRITE = `
  fragment Written on LinkPayload {
    userErrors { code field message }
    results { __typename ... on Employee { id ...Identity } ... on Skill { id identity { records { match { rule note } } } } }
  }
  ${FRAGMENTS}
`;
const LINK = `mutation ($input: LinkRecordsInput!) { write: linkRecords(input: $input) { ...Written } } ${WRITE}`;
const UNLINK = `mutation ($input: UnlinkRecordsInput!) { write: unlinkRecords(input: $input) { ...Written } } ${WRITE}`;

interface NamedRecord {
  integration: { name: string };
  remoteId: string;
}

interface Person {
  __typename?: string;
  id: string;
  identity: {
    records: (NamedRecord & {
      match: {
        rule: string;
        confidence: number;
        linkedBy: string | null;
        linkedAt: string | null;
        note: string | null;
      };
      employee: { id: string };
    })[];
    conflicts: {
      reason: string;
      message: string;
      record: NamedRecord;
      other: NamedRecord & { employee: { id: string } };
    }[];
  };
}

interface Written {
  write: { results: Person[]; userErrors: { code: string; field: string[]; message: string }[] };
}

const KEY = 'a-key-for-the-linking-tests-0123456789';
/** All three know her. */
const ADA = { integration: 'imocha-main', remoteId: '1000001' };
const input = ({ integration, remoteId }: NamedRecord) => ({ integration: integration.name, remoteId });

let data: DataDir;
let gateway: TestGateway;
const start = () => startTestGateway({ dataDir: data.path, environment: { GATEWAY_API_KEYS: KEY }, apiKey: KEY });

beforeAll(async () => {
  data = await createDataDir();
  gateway = await start();
});

afterAll(async () => {
  await gateway.close();
  await data.remove();
});

async function everybody(): Promise<{ people: Person[]; skills: Person[] }> {
  const { data: answer } = await gateway.ask<{ employees: { nodes: Person[] }; skills: { nodes: Person[] } }>(
    RECORDS + FRAGMENTS,
  );
  return { people: answer?.employees.nodes ?? [], skills: answer?.skills.nodes ?? [] };
}

async function write(mutation: string, records: object, note?: string): Promise<Written['write']> {
  const { data: answer, errors } = await gateway.ask<Written>(mutation, { input: { records, note } });
  if (!answer) throw new Error(JSON.stringify(errors));
  return answer.write;
}

const personOf = async (record: object): Promise<Person> => {
  const query = `query ($record: RecordInput!) { employee(by: { record: $record }) { id ...Identity } } ${FRAGMENTS}`;
  const { data: answer } = await gateway.ask<{ employee: Person }>(query, { record });
  if (!answer) throw new Error('nobody');
  return answer.employee;
};

/** The integrations whose ratings are shown of whom this record is. */
const raters = async (record: object): Promise<string[]> => {
  const { data: answer } = await gateway.ask<{
    employee: { skills: { nodes: { ratings: { integration: { name: string } }[] }[] } };
  }>(
    `query ($record: RecordInput!) {
      employee(by: { record: $record }) { skills(first: 200) { nodes { ratings { integration { name } } } } }
    }`,
    { record },
  );
  const ratings = answer?.employee.skills.nodes.flatMap((node) => node.ratings) ?? [];
  return [...new Set(ratings.map(({ integration }) => integration.name))].toSorted();
};

describe('links in the graph', () => {
  it('overrule the rules, say who, when and why, and outlive the gateway', async () => {
    const { people } = await everybody();
    const ada = await personOf(ADA);
    const alone = people.filter(({ identity }) => identity.records.length === 1);
    const records = alone.flatMap(({ identity }) => identity.records);
    const [first] = records;
    const second = records.find((record) => record.integration.name !== first?.integration.name);
    if (!first || !second) throw new Error('no two people with one record each');
    gateway.forget();

    const linked = await write(LINK, { employees: [input(first), input(second)] }, 'Checked by hand.');

    expect(linked.userErrors).toEqual([]);
    expect(linked.results).toHaveLength(1);
    const [anchor, other] = linked.results[0]?.identity.records ?? [];
    expect(anchor?.match).toEqual({ rule: 'ANCHOR', confidence: 1, linkedBy: null, linkedAt: null, note: null });
    expect(other?.match).toMatchObject({ rule: 'LINK', confidence: 1, note: 'Checked by hand.' });
    expect(other?.match.linkedBy).toMatch(/^[0-9a-f]{12}$/);
    expect(Date.parse(other?.match.linkedAt ?? '')).toBeGreaterThan(Date.now() - 600_000);
    expect(other?.employee.id).toBe(linked.results[0]?.id);
    // The id of either record finds the same person.
    expect((await personOf(input(second))).id).toBe(linked.results[0]?.id);

    const parted = await write(UNLINK, { employees: ada.identity.records.map(input) });
    expect(parted.results).toHaveLength(3);
    expect(new Set(parted.results.map(({ id }) => id)).size).toBe(3);
    const conflicts = parted.results[0]?.identity.conflicts ?? [];
    expect(conflicts.map(({ reason, message }) => [reason, message])).toEqual(
      Array.from({ length: 2 }, () => ['UNLINKED', 'The records were parted by hand.']),
    );
    expect(conflicts.map(({ other: left }) => left.employee.id)).toEqual(parted.results.slice(1).map(({ id }) => id));
    expect(gateway.cost()).toEqual({});
    // Ratings follow their record.
    for (const record of ada.identity.records) {
      expect(await raters(input(record))).toEqual([record.integration.name]);
    }

    await gateway.close();
    gateway = await start();
    const again = await personOf(input(second));
    expect(again.identity.records.map(({ match }) => match)).toEqual([anchor?.match, other?.match]);
    for (const record of ada.identity.records) {
      expect((await personOf(input(record))).identity.records).toHaveLength(1);
    }

    const relinked = await write(LINK, { employees: ada.identity.records.map(input) });
    expect(relinked.results.map(({ identity }) => identity.records.length)).toEqual([3]);
    expect(relinked.results[0]?.identity.conflicts).toEqual([]);
    const integrations = relinked.results[0]?.identity.records.map(({ integration }) => integration.name) ?? [];
    expect(await raters(input(relinked.results[0]?.identity.records[0] ?? first))).toEqual(integrations.toSorted());
  });

  it('take skills, and are refused with the place of what is wrong', async () => {
    const { skills } = await everybody();
    const together = skills.find(({ identity }) => identity.records.length > 1)?.identity.records.slice(0, 2) ?? [];
    const parted = await write(UNLINK, { skills: together.map(input) }, 'Not the same.');
    expect(parted.results.map(({ __typename }) => __typename)).toEqual(['Skill', 'Skill']);
    const joined = await write(LINK, { skills: together.map(input) });
    expect(joined.results).toHaveLength(1);

    const [one] = together.map(input);
    const refused = await write(LINK, { skills: [one, { integration: 'nowhere', remoteId: '1' }, one] });
    expect(refused.results).toEqual([]);
    expect(refused.userErrors.map(({ code, field }) => `${code} ${field.join('.')}`)).toEqual([
      'NOT_FOUND input.records.skills.1.integration',
      'DUPLICATE input.records.skills.2',
    ]);
    const { errors } = await gateway.ask(LINK, { input: { records: { skills: [one], employees: [one] } } });
    expect(errors).toHaveLength(1);
  });
});
