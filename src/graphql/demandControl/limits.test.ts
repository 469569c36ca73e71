import { readdirSync, readFileSync } from 'node:fs';
import { getOperationAST, GraphQLError, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { questionBodies } from '../../../bench/questions.ts';
import { schema } from '../../../schema/index.ts';
import { createLimitCheck } from './limitCheck.ts';
import { budgetOf, NO_LIMITS, STANDARD_LIMITS } from './limits.ts';
import { createOperationMeter } from './operationMeter.ts';

const examples = new URL('../../../examples/', import.meta.url);
const files = readdirSync(examples).filter((file) => file.endsWith('.graphql') && !file.endsWith('.fragments.graphql'));
const fragments = readFileSync(new URL('rating.fragments.graphql', examples), 'utf8');
const documents = [
  ...files.map((file): [string, string] => [file, `${readFileSync(new URL(file, examples), 'utf8')}\n${fragments}`]),
  ...Object.values(questionBodies('id')).map((body): [string, string] => {
    const { query, operationName } = JSON.parse(body) as { query: string; operationName: string };
    return [`the bench's ${operationName}`, query];
  }),
];

const meter = createOperationMeter(schema);

function parsed(text: string) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return { document, operation };
}

describe('the limits as they are unless configured', () => {
  it.each(documents)('take five of %s', (_, text) => {
    const { document, operation } = parsed(text);
    expect(createLimitCheck(meter, STANDARD_LIMITS)(document, operation, {})).toBeNull();
    expect(meter.cost(document, operation, {}) * 5).toBeLessThanOrEqual(STANDARD_LIMITS.cost);
    expect(meter.shape(document, operation).rootFields * 5).toBeLessThanOrEqual(STANDARD_LIMITS.rootFields);
  });
});

const people = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `p${index}: employee(by: { id: "1" }) { id }`).join(' ')} }`;
const managers = (levels: number): string =>
  `{ employee(by: { id: "1" }) { ${'manager { '.repeat(levels)} id ${'}'.repeat(levels)} } }`;
const page = (size: number): string => `{ employees(first: ${size}) { nodes { id } } }`;

describe('a limit', () => {
  it.each([
    ['depth', { depth: 5 }, managers(3), managers(4), { limit: 'depth', found: 6, most: 5 }],
    ['aliases', { aliases: 3 }, people(3), people(4), { limit: 'aliases', found: 4, most: 3 }],
    ['rootFields', { rootFields: 3 }, people(3), people(4), { limit: 'rootFields', found: 4, most: 3 }],
    ['cost', { cost: 51 }, page(50), page(51), { requested: 52, limit: 51 }],
  ])('of %s takes what reaches it, and refuses one more with both numbers', (name, limits, just, more, numbers) => {
    const check = createLimitCheck(meter, { ...NO_LIMITS, ...limits });
    const asked = (text: string) => {
      const { document, operation } = parsed(text);
      return check(document, operation, {});
    };
    expect(asked(just)).toBeNull();
    const error = asked(more);
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error?.extensions).toMatchObject({
      code: name === 'cost' ? 'COST_EXCEEDED' : 'QUERY_TOO_COMPLEX',
      ...numbers,
      http: { status: 400 },
    });
  });

  it('of 0 is none', () => {
    const { document, operation } = parsed(managers(300));
    expect(createLimitCheck(meter, NO_LIMITS)(document, operation, {})).toBeNull();
  });
});

describe('a budget', () => {
  it('is written as cost per seconds', () => {
    expect(budgetOf('100000/60')).toEqual({ limit: 100_000, windowSeconds: 60 });
    const none = ['', '100', '0/60', '100/0', '-1/60', '1e3/60', '100/60/2', '100 / 60'];
    expect(none.filter((text) => budgetOf(text) !== null)).toEqual([]);
  });
});
