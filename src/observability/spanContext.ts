import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** As the standard writes it, then its state where there is one. */
const PLACE = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?: (.+))?$/;

/** What W3C Trace Context asks everybody to carry at least; a longer state is left out, as it allows. */
const LONGEST_STATE = 512;

/** A span's place in its trace as text: `traceparent`, then a blank and `tracestate` where it is short. Null of none. */
export function writeSpanContext(span: SpanContext): string | null {
  if (!isSpanContextValid(span)) return null;
  const parent = `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`;
  const state = span.traceState?.serialize() ?? '';
  return state === '' || state.length > LONGEST_STATE ? parent : `${parent} ${state}`;
}

/** The place that `writeSpanContext` wrote, perhaps in another process; null of anything else. */
export function readSpanContext(text: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = '', state] = PLACE.exec(text) ?? [];
  const span = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  };
  return isSpanContextValid(span) ? span : null;
}
