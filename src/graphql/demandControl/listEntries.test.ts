import { getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { createOperationMeter } from './operationMeter.ts';

const meter = createOperationMeter(schema);

function entries(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return meter.listEntries(document, operation, variables);
}

const texts = (count: number) => Array.from({ length: count }, () => 'a');

describe('the longest list of an operation', () => {
  it.each([
    ['none', '{ employees { totalCount } }', 0],
    ['one within a filter', '{ employees(filter: { location: ["a", "b"], department: ["a"] }) { totalCount } }', 2],
    ['one of objects', '{ experts(skills: [{ skill: { name: "a" }, sources: [SELF, PEER] }]) { totalCount } }', 2],
    ['one within a fragment', '{ ...F } fragment F on Query { nodes(ids: ["a", "b", "c"]) { id } }', 3],
    ['a default', 'query ($of: [String!] = ["a", "b"]) { employees(filter: { location: $of }) { totalCount } }', 2],
  ])('is found in a document: %s', (_, text, expected) => {
    expect(entries(text)).toBe(expected);
  });

  it.each([
    ['$of: [ID!]!', 'nodes(ids: $of) { id }', texts(3), 3],
    ['$of: [ID!]!', 'nodes(ids: $of) { id }', 'a', 0],
    ['$of: [String!]', 'employees(filter: { location: $of }) { totalCount }', texts(4), 4],
    ['$of: EmployeeFilter', 'employees(filter: $of) { totalCount }', { location: texts(5) }, 5],
    ['$of: EmployeeFilter', 'employees(filter: $of) { totalCount }', { unknown: texts(5) }, 0],
    ['$of: [SkillRequirement!]!', 'experts(skills: $of) { totalCount }', [{ sources: texts(6) }, null], 6],
    ['$of: [SkillRequirement!]!', 'experts(skills: $of) { totalCount }', { sources: texts(7) }, 7],
  ])('is found in variables: %s of %s', (definition, field, of, expected) => {
    expect(entries(`query (${definition}) { ${field} }`, { of })).toBe(expected);
  });

  it('is none of the items of a write, in whatever way they are given', () => {
    const write = (definitions: string, input: string) =>
      `mutation (${definitions}) { rateSkills(input: ${input}) { replayed } }`;
    const items = texts(1_000).map(() => ({}));
    expect(entries(write('$of: RateSkillsInput!', '$of'), { of: { items } })).toBe(0);
    expect(entries(write('$of: [RateSkillItem!]!', '{ idempotencyKey: "k", items: $of }'), { of: items })).toBe(0);
    expect(entries(write('$of: RateSkillItem!', '{ idempotencyKey: "k", items: [$of, $of] }'), { of: {} })).toBe(0);
  });
});
