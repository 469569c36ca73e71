import { writeOperation, type RowOf, type WriteOf, type WritePortName } from '../../domain/operations.ts';
import type { Call, Ports, WritePort, WriteResult } from '../../domain/ports.ts';
import type { ProviderError } from '../../domain/problem.ts';
import type { ItemOutcome } from '../../domain/writeOutcome.ts';
import type { ItemWrite } from '../task.ts';

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

/** The write ports, each seen as what all of them are. */
type WritePorts = { readonly [Port in WritePortName]?: WritePort<WriteOf<Port>, RowOf<Port>> | undefined };

/** The writer behind a port; null when the integration does not fill it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- It ties the port to its row.
export function writerOf<Port extends WritePortName>(ports: Ports | null, operation: Port): Writer | null {
  const given: WritePorts = ports ?? {};
  const port: WritePorts[Port] = given[operation];
  return port ? adapt(operation, port) : null;
}

function adapt<Port extends WritePortName>(operation: Port, port: WritePort<WriteOf<Port>, RowOf<Port>>): Writer {
  const { outcome } = writeOperation(operation);
  const itemOf = (work: ItemWrite): WriteOf<Port> => {
    if (!isOf(operation, work)) throw new TypeError(`The port for ${operation} was given a ${work.operation} item.`);
    return work.write;
  };
  const translate = (result: WriteResult<RowOf<Port>>): ItemResult =>
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

function isOf<Port extends WritePortName>(operation: Port, work: ItemWrite): work is ItemWrite & ItemWrite<Port> {
  return work.operation === operation;
}
