import { context, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import type { TaskTraces } from '../tasks/engine/traces.ts';
import { inSpan } from './span.ts';
import { readSpanContext, writeSpanContext } from './spanContext.ts';

/**
 * Spans by the registered SDK: each time a worker asks a provider for items of a batch is one, a child of the field that
 * asked for the task, on whatever replica and however much later. A child and not a link: a batch belongs to one task, and
 * as a child it is kept or dropped with its mutation.
 */
export function taskSpans(tracer: Tracer): TaskTraces {
  return {
    here() {
      const own = trace.getSpanContext(context.active());
      return own ? writeSpanContext(own) : null;
    },
    visit(place, { taskId, integration, operation, items }, ask) {
      const origin = place === null ? null : readSpanContext(place);
      // Of the place alone: what else is active here is the worker's, whoever woke it.
      const within = origin ? trace.setSpanContext(ROOT_CONTEXT, origin) : ROOT_CONTEXT;
      const attributes = {
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'tasks',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'gateway.task': taskId,
        'gateway.integration': integration,
        'gateway.operation': operation,
        'gateway.asked': items,
      };
      return context.with(within, () =>
        inSpan(tracer, `task ${operation}`, { kind: SpanKind.CONSUMER, attributes }, ask),
      );
    },
  };
}
