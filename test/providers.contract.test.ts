import { describe } from 'vitest';
import { inProcess, loadSubjects } from './support/contract-provider.ts';
import { describeReads } from './support/contract-reads.ts';

for (const subject of await loadSubjects()) {
  const filled = new Set(Object.keys(inProcess(subject).ports));
  describe(subject.card.name, () => {
    describeReads(subject, filled);
  });
}
