import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';
import { withTimeout } from '../lib/timeout.ts';

/**
 * The tracer of the SDK that was registered before the start (NODE_OPTIONS=--import=…); null where there is none, so that
 * tracing costs nothing.
 */
export function registeredTracer(): Tracer | null {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider) return provider.getDelegateTracer('skills-gateway') ?? null;
  return provider.getTracer('skills-gateway');
}

/** A collector that is away must not outlast the patience of the platform that stops this process. */
const FLUSH_MS = 2_000;

/** Has the registered SDK send what it still holds, where it can: after process.exit() it has no chance of its own. */
export async function flushTraces(): Promise<void> {
  let provider: object = trace.getTracerProvider();
  // Also that of another copy of the API.
  if ('getDelegate' in provider && typeof provider.getDelegate === 'function')
    provider = provider.getDelegate() as object;
  if (!('forceFlush' in provider) || typeof provider.forceFlush !== 'function') return;
  const flushed = Promise.resolve(provider.forceFlush()).then(() => {});
  await withTimeout(
    FLUSH_MS,
    // Spans are not worth a bad stop.
    flushed.catch(() => {}),
    () => {},
  );
}
