import type { Call, Ports, WritePort, WriteResult } from '../../domain/ports.ts';
import type { ProviderError } from '../../domain/problem.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../domain/records.ts';
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
  followMany: ((providerTaskId: string, works: readonly ItemWrite[], call: Call) => Promise<ItemResult[]>) | null;
}

type Operation = ItemWrite['operation'];

/** What an item of this operation writes. */
type WriteOf<Op extends Operation, Work = ItemWrite> = Work extends { operation: infer Ops; write: infer Write }
  ? Op extends Ops
    ? Write
    : never
  : never;

/** The writer behind a port; null when the integration does not fill it. */
export function writerOf(ports: Ports | null, operation: Operation): Writer | null {
  switch (operation) {
    case 'rate':
    case 'assign':
      return adapt(operation, ports?.[operation], ratingOutcome);
    case 'upsertEmployees':
    case 'setStatus':
      return adapt(operation, ports?.[operation], employeeOutcome);
    case 'upsertSkills':
      return adapt(operation, ports?.upsertSkills, skillOutcome);
    // What is gone shows no row, and a certificate has none.
    case 'remove':
      return adapt(operation, ports?.remove, () => null);
    case 'addCertificates':
      return adapt(operation, ports?.addCertificates, () => null);
  }
}

function adapt<Op extends Operation, Row>(
  operation: Op,
  port: WritePort<WriteOf<Op>, Row> | undefined,
  outcome: (row: Row | null, remoteId: string | null) => ItemOutcome | null,
): Writer | null {
  if (!port) return null;
  const itemOf = (work: ItemWrite): WriteOf<Op> => {
    if (!isOf(operation, work)) throw new TypeError(`The port for ${operation} was given a ${work.operation} item.`);
    return work.write;
  };
  const translate = (result: WriteResult<Row>): ItemResult =>
    result.state === 'done' || result.state === 'skipped'
      ? { state: result.state, outcome: outcome(result.row, result.remoteId), warnings: result.warnings }
      : result;
  const follow = port.follow?.bind(port);
  const followMany = port.followMany?.bind(port);
  return {
    batchSize: port.batchSize,
    repeat: port.repeat,
    run: async (works, call) => (await port.run(works.map(itemOf), call)).map(translate),
    follow: follow ? async (id, work, call) => translate(await follow(id, itemOf(work), call)) : null,
    followMany: followMany
      ? async (id, works, call) => (await followMany(id, works.map(itemOf), call)).map(translate)
      : null,
  };
}

function isOf<Op extends Operation>(
  operation: Op,
  work: ItemWrite,
): work is ItemWrite & { operation: Op; write: WriteOf<Op> } {
  return work.operation === operation;
}

function ratingOutcome(row: RatingRow | null): ItemOutcome | null {
  return row === null ? null : { kind: 'rating', row };
}

function employeeOutcome(row: EmployeeRow | null, id: string | null): ItemOutcome | null {
  const remoteId = id ?? row?.remoteId ?? null;
  return remoteId === null ? null : { kind: 'employee', remoteId, row };
}

function skillOutcome(row: SkillRow | null, id: string | null): ItemOutcome | null {
  const remoteId = id ?? row?.remoteId ?? null;
  return remoteId === null ? null : { kind: 'skill', remoteId, row };
}
