import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';

/**
 * The tracer of the SDK that was registered before the start (NODE_OPTIONS=--import=…); null where there is none, so that
 * tracing costs nothing.
 */
export function registeredTracer(): Tracer | null {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider) return provider.getDelegateTracer('skills-gateway') ?? null;
  return provider.getTracer('skills-gateway');
}
