import type { Redis } from 'ioredis';
import { RedisUnavailableError } from '../../redis/unavailable.ts';
import { parseTaskMessage, taskChannel, writtenChannel } from '../store/redis/channels.ts';
import type { Task } from '../task.ts';
import type { Log } from '../../lib/log.ts';
import type { TaskEvents, TaskListener } from './events.ts';
import { chunked } from '../../lib/chunk.ts';
import { withTimeout } from '../../lib/timeout.ts';

export interface RedisEventsOptions {
  /** A connection for nothing else. */
  subscriber: Redis;
  prefix: string;
  log: Log;
}

/** Who watches while Redis is away is told so; the same as a command's patience. */
const ACKNOWLEDGED_MS = 2000;
/** A connection that says nothing any more, and was never closed, is found out after so long at most, plus the wait above. */
const HEARTBEAT_MS = 10_000;
/** Channels in one command after a reconnect. */
const CHANNELS_AT_ONCE = 1000;

interface Channel {
  taskId: string;
  listeners: Set<TaskListener>;
  acknowledged: Promise<unknown>;
}

/**
 * News through Redis, published by the store's own scripts in the step that changes a task. One connection a process; a
 * channel a task, subscribed while somebody listens. Where the connection was lost, every listener hears of a gap once all
 * channels are subscribed again.
 */
export async function openRedisEvents(options: RedisEventsOptions): Promise<TaskEvents & { close(): void }> {
  const { subscriber, prefix, log } = options;
  const channels = new Map<string, Channel>();
  const written = writtenChannel(prefix);
  const writtenListeners = new Set<() => void>();
  let closed = false;
  /** Counts connections: what was awaited on an earlier one is of no use. */
  let connection = 0;

  const deliver = (name: string, text: string): void => {
    if (name === written) {
      for (const hear of writtenListeners) hear();
      return;
    }
    const channel = channels.get(name);
    if (!channel) return;
    let task: Task;
    try {
      task = parseTaskMessage(text);
    } catch (error) {
      log.error({ err: error, taskId: channel.taskId }, 'News of a task could not be read.');
      for (const { gap } of channel.listeners) gap();
      return;
    }
    for (const { news } of channel.listeners) news(task);
  };
  /** By ourselves, too: what was not acknowledged when the connection was lost is not subscribed again by the client. */
  const subscribeAgain = async (): Promise<void> => {
    connection += 1;
    const mine = connection;
    const names = [written, ...channels.keys()];
    await Promise.all(chunked(names, CHANNELS_AT_ONCE).map((some) => subscriber.subscribe(...some)));
    if (closed || mine !== connection) return;
    for (const { listeners } of channels.values()) for (const { gap } of listeners) gap();
    for (const hear of writtenListeners) hear();
  };
  const onReady = (): void => {
    subscribeAgain().catch((error: unknown) => {
      if (!closed) log.warn({ err: error }, 'Channels could not be subscribed again; connecting anew.');
      if (!closed) subscriber.disconnect(true);
    });
  };
  const beat = (): void => {
    if (subscriber.status !== 'ready') return;
    const mine = connection;
    acknowledged(subscriber.subscribe(written)).catch(() => {
      if (!closed && mine === connection && subscriber.status === 'ready') subscriber.disconnect(true);
    });
  };

  subscriber.on('message', deliver);
  await acknowledged(subscriber.subscribe(written));
  subscriber.on('ready', onReady);
  const heart = setInterval(beat, HEARTBEAT_MS).unref();

  return {
    publish: () => {},
    async listen(taskId, listener) {
      const name = taskChannel(prefix, taskId);
      const channel = channels.get(name) ?? {
        taskId,
        listeners: new Set(),
        acknowledged: subscriber.subscribe(name),
      };
      channels.set(name, channel);
      channel.listeners.add(listener);
      const stop = (): void => {
        channel.listeners.delete(listener);
        if (channel.listeners.size > 0 || channels.get(name) !== channel) return;
        channels.delete(name);
        // A failure means that the connection is gone, and the subscription with it.
        if (!closed) subscriber.unsubscribe(name).catch(() => {});
      };
      try {
        await acknowledged(channel.acknowledged);
      } catch (error) {
        stop();
        throw error;
      }
      return stop;
    },
    publishWritten: () => {},
    listenWritten(hear) {
      writtenListeners.add(hear);
      return Promise.resolve(() => {
        writtenListeners.delete(hear);
      });
    },
    close() {
      closed = true;
      clearInterval(heart);
      subscriber.off('ready', onReady);
      subscriber.off('message', deliver);
      channels.clear();
      writtenListeners.clear();
    },
  };
}

/** The answer, unless it takes longer than Redis may: a subscriber's commands wait for the connection as long as it takes. */
function acknowledged(answer: Promise<unknown>): Promise<unknown> {
  return withTimeout(ACKNOWLEDGED_MS, answer, () => {
    throw new RedisUnavailableError('The store (Redis) does not answer.');
  });
}
