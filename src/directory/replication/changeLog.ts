import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { luaScript } from '../../redis/script.ts';
import { fromRedis } from '../../redis/unavailable.ts';

/** After a day without any replica, Redis drops people's records. */
const KEPT_SECONDS = 24 * 60 * 60;
/** How long a replaced snapshot stays, for replicas that are still loading it. */
const REPLACED_SECONDS = 600;
/** Chunks fetched by one command: about a megabyte. */
const CHUNKS_PER_CALL = 16;
/** Entries that one read fetches from one stream. */
const ENTRIES_PER_CALL = 50;

/**
 * An entry's position in the log: its number and a unique id. The number alone is not enough: a Redis that comes back a
 * few entries behind, restored from disk or failed over, hands out the same numbers again.
 */
export interface Offset {
  number: number;
  id: string;
}

/** Before the first entry. */
export const START_OFFSET: Offset = { number: 0, id: '' };

/** Whether these may be the ids of one entry. Entries of older versions, seen during a rolling update, have none. */
export function mayBeSameEntry(id: string, other: string): boolean {
  return id === other || id === '' || other === '';
}

/** One entry of an integration's change log: numbered without gaps, with its predecessor's id and its publisher. */
export interface ChangeLogEntry extends Offset {
  after: string;
  by: string;
  bytes: Buffer;
}

/** Where a snapshot is, and the last entry that it includes. */
export interface SnapshotPointer {
  id: string;
  position: Offset;
  head: Buffer;
}

/** Who publishes, and on which condition. */
export interface PublishContext {
  /** The lease must be held under this name; null where no lease is needed. */
  owner: string | null;
  by: string;
  /** An entry that Redis must still have; null for none. */
  after: Offset | null;
}

/** The result of publishing. */
export interface PublishResult {
  /** The last entry of the log now. */
  last: Offset;
  /** Redis has lost the entry that it must still have, and all after it. */
  isLost: boolean;
}

const LEASE = luaScript(`
  local owner = redis.call('GET', KEYS[1] .. 'lease')
  if owner ~= (ARGV[3] == 'renew' and ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1] .. 'lease', ARGV[1], 'PX', ARGV[2])
  return 1`);

const RELEASE = luaScript(`
  if redis.call('GET', KEYS[1] .. 'lease') == ARGV[1] then redis.call('DEL', KEYS[1] .. 'lease') end`);

/**
 * Appends entries, numbered by the gateway so that a reader notices a gap, each with its predecessor's id. Appends
 * nothing where another replica holds the lease.
 */
const ADD = `
  local base = KEYS[1] .. ARGV[1]
  if ARGV[2] ~= '' and redis.call('GET', KEYS[1] .. 'lease') ~= ARGV[2] then return false end
  local last = redis.call('GET', base .. ':last') or ''
  local lost = 0
  if ARGV[5] ~= '0' and ARGV[6] ~= last then
    local at = ARGV[5] .. '-0'
    local entry = redis.call('XRANGE', base .. ':changes', at, at)[1]
    if not entry or entry[2][6] ~= ARGV[6] then lost = 1 end
  end
  local function add(bytes)
    local number = redis.call('INCR', base .. ':number')
    local id = ARGV[4] .. '/' .. number
    redis.call('XADD', base .. ':changes', number .. '-0', 'by', ARGV[3], 'bytes', bytes, 'id', id, 'after', last)
    redis.call('SET', base .. ':last', id, 'KEEPTTL')
    last = id
  end
  local function result() return { redis.call('GET', base .. ':number') or 0, last, lost } end`;

const PUBLISH = luaScript(`${ADD}
  for at = 7, #ARGV do add(ARGV[at]) end
  for _, key in ipairs({ ':number', ':last', ':changes' }) do
    redis.call('EXPIRE', base .. key, ${KEPT_SECONDS})
  end
  return result()`);

const SWITCH = luaScript(`${ADD}
  if lost == 1 then return result() end
  local old = redis.call('HMGET', base .. ':pointer', 'id', 'position')
  redis.call('HSET', base .. ':pointer', 'id', ARGV[7], 'position', ARGV[5], 'after', ARGV[6], 'head', ARGV[8])
  redis.call('EXPIRE', base .. ':pointer', ${KEPT_SECONDS})
  redis.call('EXPIRE', base .. ':snapshot:' .. ARGV[7], ${KEPT_SECONDS})
  if old[1] then redis.call('EXPIRE', base .. ':snapshot:' .. old[1], ${REPLACED_SECONDS}) end
  if old[2] then redis.call('XTRIM', base .. ':changes', 'MINID', old[2] .. '-0') end
  add(ARGV[9])
  return result()`);

const KEEP = luaScript(`
  local base = KEYS[1] .. ARGV[1]
  local id = redis.call('HGET', base .. ':pointer', 'id')
  for _, key in ipairs({ ':pointer', ':number', ':last', ':changes', ':snapshot:' .. (id or '') }) do
    redis.call('EXPIRE', base .. key, ${KEPT_SECONDS})
  end`);

/**
 * The change log and snapshots of one tenant's directory in Redis. Throws RedisUnavailableError while Redis is away.
 */
export class ChangeLog {
  readonly #redis: Redis;
  readonly #waiting: Redis;
  readonly #prefix: string;

  /** `waiting`: a separate connection, which blocking reads occupy. */
  constructor({ redis, waiting, prefix }: { redis: Redis; waiting: Redis; prefix: string }) {
    this.#redis = redis;
    this.#waiting = waiting;
    this.#prefix = prefix;
  }

  /** Acquires the lease where it is free, or renews it where the owner holds it; whether it succeeded. */
  async lease(act: 'take' | 'renew', owner: string, milliseconds: number): Promise<boolean> {
    return (await LEASE(this.#redis, this.#prefix, [owner, milliseconds, act])) === 1;
  }

  async release(owner: string): Promise<void> {
    await RELEASE(this.#redis, this.#prefix, [owner]);
  }

  /** Appends entries, possibly none, in order; null where the lease is required and not held. */
  async publish(
    integration: string,
    context: PublishContext,
    entries: readonly Buffer[],
  ): Promise<PublishResult | null> {
    return toPublishResult(
      await PUBLISH(this.#redis, this.#prefix, [integration, ...contextArgs(context), ...entries]),
    );
  }

  /** The last entry. */
  async last(integration: string): Promise<Offset> {
    const keys = [this.#key(integration, ':number'), this.#key(integration, ':last')];
    const [number, id] = await this.#ask(this.#redis.mget(...keys));
    return { number: Number(number ?? 0), id: id ?? '' };
  }

  /** The id of the current snapshot; null for none. */
  async snapshotId(integration: string): Promise<string | null> {
    return this.#ask(this.#redis.hget(this.#key(integration, ':pointer'), 'id'));
  }

  async pointer(integration: string): Promise<SnapshotPointer | null> {
    const fields = await this.#ask(
      this.#redis.hmgetBuffer(this.#key(integration, ':pointer'), 'id', 'position', 'after', 'head'),
    );
    const [id, number, after, head] = fields;
    if (!id || !number || !head) return null;
    return { id: id.toString(), position: { number: Number(number.toString()), id: (after ?? '').toString() }, head };
  }

  /** Writes the chunks of a snapshot, which is not read before `switchTo`. */
  async write(
    integration: string,
    id: string,
    chunks: AsyncIterable<Buffer>,
  ): Promise<{ chunks: number; bytes: number }> {
    const key = this.#key(integration, `:snapshot:${id}`);
    let [count, bytes] = [0, 0];
    for await (const chunk of chunks) {
      await this.#ask(this.#redis.hset(key, String(count), chunk));
      // An unfinished snapshot expires.
      if (count === 0) await this.#ask(this.#redis.expire(key, REPLACED_SECONDS));
      count += 1;
      bytes += chunk.length;
    }
    return { chunks: count, bytes };
  }

  /**
   * Makes a snapshot the current one, announces it by the entry, and trims the log to the previous snapshot. Does
   * nothing where the entry that the snapshot follows is lost.
   */
  async switchTo(
    integration: string,
    { owner, by }: Omit<PublishContext, 'after'>,
    { id, position, head, entry }: SnapshotPointer & { entry: Buffer },
  ): Promise<PublishResult | null> {
    const context = contextArgs({ owner, by, after: position });
    return toPublishResult(await SWITCH(this.#redis, this.#prefix, [integration, ...context, id, head, entry]));
  }

  /** The chunks of a snapshot in order, a few at a time; throws where it is gone. */
  async *chunks(integration: string, id: string): AsyncGenerator<Buffer[]> {
    const key = this.#key(integration, `:snapshot:${id}`);
    const count = await this.#ask(this.#redis.hlen(key));
    for (let at = 0; at < count; at += CHUNKS_PER_CALL) {
      const fields = Array.from({ length: Math.min(CHUNKS_PER_CALL, count - at) }, (_, index) => String(at + index));
      const chunks = await this.#ask(this.#redis.hmgetBuffer(key, ...fields));
      yield chunks.map((chunk) => {
        if (chunk === null) throw new Error(`a snapshot of ${integration} is gone`);
        return chunk;
      });
    }
  }

  /** The entries after these numbers; waits up to `waitMs` for the first, 0 for not at all. */
  async read(after: ReadonlyMap<string, number>, waitMs: number): Promise<Map<string, ChangeLogEntry[]>> {
    const names = [...after.keys()];
    const keys = names.map((name) => this.#key(name, ':changes'));
    const ids = names.map((name) => `${after.get(name) ?? 0}-0`);
    const found = await this.#ask(
      waitMs > 0
        ? this.#waiting.xreadBuffer('COUNT', ENTRIES_PER_CALL, 'BLOCK', waitMs, 'STREAMS', ...keys, ...ids)
        : this.#redis.xreadBuffer('COUNT', ENTRIES_PER_CALL, 'STREAMS', ...keys, ...ids),
    );
    return new Map(
      (found ?? []).map(([key, entries]) => [names[keys.indexOf(String(key))] ?? '', entries.map(toEntry)]),
    );
  }

  /** Extends the retention by another day. */
  async keep(integration: string): Promise<void> {
    await KEEP(this.#redis, this.#prefix, [integration]);
  }

  #key(integration: string, of: string): string {
    return `${this.#prefix}${integration}${of}`;
  }

  #ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return answer.catch((error: unknown) => Promise.reject(fromRedis(error) as Error));
  }
}

/** The arguments that follow the integration in both scripts that append. */
function contextArgs({ owner, by, after }: PublishContext): (string | number)[] {
  const { number, id } = after ?? START_OFFSET;
  return [owner ?? '', by, randomUUID(), number, id];
}

function toPublishResult(answer: unknown): PublishResult | null {
  if (answer === null) return null;
  const [number, id, lost] = answer as [number: string | number, id: string, lost: number];
  return { last: { number: Number(number), id }, isLost: lost === 1 };
}

function toEntry([at, fields]: [at: Buffer, fields: Buffer[]]): ChangeLogEntry {
  const [, by, , bytes, , id = '', , after = ''] = fields;
  const number = Number.parseInt(String(at), 10);
  return { number, id: String(id), after: String(after), by: String(by), bytes: bytes ?? Buffer.alloc(0) };
}
