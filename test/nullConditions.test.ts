import { readFileSync } from 'node:fs';
import { buildSchema, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

/** Where each filter is used: in the variable `$filter`. */
const USES: Record<string, readonly string[]> = {
  EmployeeFilter: [
    'employees(filter: $filter) { totalCount }',
    'experts(skills: [{ skill: { name: "TypeScript" } }], filter: $filter) { totalCount }',
  ],
  EmployeeSkillFilter: [
    'employees(first: 1) { nodes { skills(filter: $filter) { totalCount } } }',
    'skills(first: 1) { nodes { holders(filter: $filter) { totalCount } } }',
  ],
  SkillFilter: ['skills(filter: $filter) { totalCount }'],
  TaskFilter: ['tasks(filter: $filter) { totalCount }'],
  WebhookDeliveryFilter: ['webhookDeliveries(filter: $filter) { totalCount }'],
};

const filters = Object.values(schema.getTypeMap()).filter(
  (type) => isInputObjectType(type) && type.name.endsWith('Filter'),
);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

describe('null in a filter', () => {
  it.each(filters.map(({ name }) => name))(
    '%s is refused with the name of its field, and asks no provider',
    async (name) => {
      const type = schema.getType(name);
      if (!isInputObjectType(type)) throw new Error(name);
      const uses = USES[name] ?? [];
      expect(uses.length).toBeGreaterThan(0);
      gateway.forget();
      for (const use of uses) {
        for (const field of Object.keys(type.getFields())) {
          const query = `query ($filter: ${name}) { ${use} }`;
          const { errors } = await gateway.ask(query, { filter: { [field]: null } });
          expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: `filter.${field}` } }]);
          expect(errors?.[0]?.message).toContain(`\`filter.${field}\` is null`);
        }
        // Null in place of the whole filter is none, as GraphQL has it for arguments.
        expect((await gateway.ask(`query ($filter: ${name}) { ${use} }`, { filter: null })).errors).toBeUndefined();
      }
    },
  );

  it('is no manager, whether it is spelt out or in a variable', async () => {
    const spelt = '{ employees(filter: { manager: null }) { totalCount } }';
    const given = 'query ($manager: EmployeeLookup) { employees(filter: { manager: $manager }) { totalCount } }';
    for (const query of [spelt, given]) {
      const { errors } = await gateway.ask(query, { manager: null });
      expect(errors?.[0]?.extensions).toMatchObject({ field: 'filter.manager' });
    }
    // A variable that was not sent leaves the field out.
    expect((await gateway.ask(given)).errors).toBeUndefined();
  });
});
