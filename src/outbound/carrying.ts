import type { Call } from '../domain/ports.ts';

/** The call for a request that carries only these of the items that the port was given (`Sending.of`). */
export function carrying(call: Call, items: readonly object[]): Call {
  return call.sending ? { ...call, sending: call.sending.of(items) } : call;
}
