import { createTraceState, TraceFlags } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { readSpanContext, writeSpanContext } from './spanContext.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const parent = `00-${traceId}-${spanId}-01`;
const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };

describe('a place in a trace', () => {
  it('is read as it was written, with its state, and as one of another process', () => {
    const text = writeSpanContext({ ...span, traceState: createTraceState('a=1,b=2') }) ?? '';
    expect(text).toBe(`${parent} a=1,b=2`);
    const { traceState, ...read } = readSpanContext(text) ?? {};
    expect([read, traceState?.serialize()]).toEqual([{ ...span, isRemote: true }, 'a=1,b=2']);
  });

  it('keeps that nobody records it, so that nobody begins to', () => {
    const text = writeSpanContext({ ...span, traceFlags: TraceFlags.NONE }) ?? '';
    expect(readSpanContext(text)).toEqual({ ...span, traceFlags: TraceFlags.NONE, isRemote: true });
  });

  it('is written without a state of more than 512 characters', () => {
    // Set one by one, for what is longer is not read at all.
    const state = (length: number) => createTraceState(`a=${'x'.repeat(250)}`).set('b', 'y'.repeat(length - 255));
    const written = (length: number) => writeSpanContext({ ...span, traceState: state(length) });
    expect(written(512)).toBe(`${parent} ${state(512).serialize()}`);
    expect(written(512)).toHaveLength(parent.length + 1 + 512);
    expect(written(513)).toBe(parent);
  });

  it('is none of a span that is none', () => {
    expect(writeSpanContext({ ...span, traceId: '0'.repeat(32) })).toBeNull();
  });

  it.each(['', 'x', `${parent}0`, `${parent}\nx=1`, parent.replace(traceId, '0'.repeat(32)), parent.toUpperCase()])(
    'is not read from %j',
    (text) => expect(readSpanContext(text)).toBeNull(),
  );
});
