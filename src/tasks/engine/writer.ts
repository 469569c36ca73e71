import type { Call, Ports, RatingWrite, WritePort, WriteResult } from '../../domain/ports.ts';
import type { EmployeeWrite } from '../../domain/ports.ts';
import type { ProviderError } from '../../domain/problem.ts';
import type { EmployeeRow, RatingRow } from '../../domain/records.ts';
import type { ItemOutcome, ItemWrite } from '../task.ts';

/** What became of an item: a write port's result with the outcome that its item shows. */
export type ItemResult =
  | { state: 'done' | 'skipped'; outcome: ItemOutcome | null; warnings: readonly string[] }
  | { state: 'accepted'; providerTaskId: string }
  | { state: 'failed' | 'unknown'; error: ProviderError };

/** A write port of any kind, so that the worker need not know which. */
export interface Writer {
  batchSize: number;
  repeat: 'safe' | 'afterReadBack' | 'never';
  run(works: readonly ItemWrite[], call: Call): Promise<ItemResult[]>;
  follow: ((providerTaskId: string, work: ItemWrite, call: Call) => Promise<ItemResult>) | null;
}

/** The writer behind a port; null when the integration does not fill it. */
export function writerOf(ports: Ports | null, operation: ItemWrite['operation']): Writer | null {
  if (operation === 'upsertEmployees') {
    const port = ports?.upsertEmployees;
    return port ? adapt<EmployeeWrite, EmployeeRow>(port, employeeWrite, employeeOutcome) : null;
  }
  const port = ports?.[operation];
  return port ? adapt<RatingWrite, RatingRow>(port, ratingWrite, ratingOutcome) : null;
}

type Outcome<Row> = (row: Row | null, remoteId: string | null) => ItemOutcome | null;

function adapt<Item, Row>(
  port: WritePort<Item, Row>,
  itemOf: (work: ItemWrite) => Item,
  outcome: Outcome<Row>,
): Writer {
  const translate = (result: WriteResult<Row>): ItemResult =>
    result.state === 'done' || result.state === 'skipped'
      ? { state: result.state, outcome: outcome(result.row, result.remoteId), warnings: result.warnings }
      : result;
  const follow = port.follow?.bind(port);
  return {
    batchSize: port.batchSize,
    repeat: port.repeat,
    run: async (works, call) => (await port.run(works.map(itemOf), call)).map(translate),
    follow: follow ? async (id, work, call) => translate(await follow(id, itemOf(work), call)) : null,
  };
}

function employeeWrite(work: ItemWrite): EmployeeWrite {
  if (work.operation !== 'upsertEmployees') throw new TypeError(`An employee port was given a ${work.operation} item.`);
  return work.write;
}

function ratingWrite(work: ItemWrite): RatingWrite {
  if (work.operation === 'upsertEmployees') throw new TypeError('A rating port was given an employee.');
  return work.write;
}

function employeeOutcome(row: EmployeeRow | null, id: string | null): ItemOutcome | null {
  const remoteId = id ?? row?.remoteId ?? null;
  return remoteId === null ? null : { kind: 'employee', remoteId, row };
}

function ratingOutcome(row: RatingRow | null): ItemOutcome | null {
  return row === null ? null : { kind: 'rating', row };
}
