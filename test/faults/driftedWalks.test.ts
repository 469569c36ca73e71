import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import { fullSync } from '../../src/directory/sync/fullSync.ts';
import { loadSubjects } from '../support/contract/provider.ts';
import { patientOf } from '../support/faults/faults.ts';

const subjects = (await loadSubjects()).map((subject) => [subject.card.name, subject] as const);

describe.each(subjects)('%s, of whose lists no row can be read any more', (_provider, subject) => {
  it('keeps everybody, every skill and every kept rating, and says what is wrong', async () => {
    const patient = patientOf(subject);
    const { integration, simulator } = patient;
    const { name } = integration;
    const directory = new Directory([integration]);
    const walk = () => fullSync({ directory, integration, signal: new AbortController().signal });
    const held = () => ({
      employees: directory.employeeCount(name),
      skills: directory.skillCount(name),
      ratings: [...directory.ratings(name).lists()].flat().length,
    });
    await walk();
    const before = held();
    expect(Math.min(before.employees, before.skills)).toBeGreaterThan(0);
    expect(integration.sync).toMatchObject({ state: 'IDLE', problem: null });
    for (const { shape } of subject.contract.unreadableRecords) simulator.addFault({ shape });

    await walk();

    expect(held()).toEqual(before);
    expect(integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'UNREADABLE' } });
    simulator.clearFaults();
    await walk();
    expect(held()).toEqual(before);
    expect(integration.sync).toMatchObject({ state: 'IDLE', problem: null });
  });
});
