import * as registry from '../providers/registry.ts';
import { describe, expect, it } from 'vitest';
import { inProcess, loadSubjects } from './support/contract/provider.ts';
import { describeReads } from './support/contract/reads.ts';
import { describeRoles } from './support/contract/roles.ts';
import { describeWrites } from './support/contract/writes.ts';

const subjects = await loadSubjects();

it('every provider of the registry has a contract', () => {
  expect(subjects.map(({ card }) => card.name).toSorted()).toEqual(Object.keys(registry).toSorted());
  expect(subjects.map(({ card }) => card)).toEqual(expect.arrayContaining(Object.values(registry)));
});

describe.each(subjects.map((subject) => [subject.card.name, subject] as const))('%s', (_, subject) => {
  const filled = new Set(Object.keys(inProcess(subject).ports));
  describeReads(subject, filled);
  describeRoles(subject, filled);
  describeWrites(subject, filled);
});

const variants = subjects.flatMap((subject) =>
  (subject.contract.variants ?? []).map((variant) => ({ ...subject, variant })),
);

describe.each(variants.map((subject) => [`${subject.card.name} with ${subject.variant.name}`, subject] as const))(
  '%s',
  (_, subject) => {
    const filled = inProcess(subject).ports;
    it('fills the ports that it is tried on', () => {
      expect(Object.keys(filled)).toEqual(expect.arrayContaining(Object.keys(subject.variant.paths)));
    });
    describeWrites(subject, new Set(Object.keys(subject.variant.paths)));
  },
);
