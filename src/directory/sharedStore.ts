import type { Redis } from 'ioredis';
import { luaScript } from '../redis/script.ts';
import { fromRedis } from '../redis/unavailable.ts';

/** A day without any replica, and the records of people are gone from Redis. */
const KEPT_SECONDS = 24 * 60 * 60;
/** For replicas that are loading the snapshot which another one has just replaced. */
const REPLACED_SECONDS = 600;
/** Chunks asked for at once: about a megabyte. */
const CHUNKS_A_CALL = 16;
/** Entries of one stream that one read takes. */
const ENTRIES_A_CALL = 50;

/** One entry of an integration's changes: numbered without gaps, with who told it. */
export interface SharedEntry {
  number: number;
  by: string;
  bytes: Buffer;
}

/** Where a snapshot is, and the number of the last entry that it holds already. */
export interface SnapshotPointer {
  id: string;
  position: number;
  head: Buffer;
}

const LEASE = luaScript(`
  local owner = redis.call('GET', KEYS[1] .. 'lease')
  if owner ~= (ARGV[3] == 'renew' and ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1] .. 'lease', ARGV[1], 'PX', ARGV[2])
  return 1`);

const RELEASE = luaScript(`
  if redis.call('GET', KEYS[1] .. 'lease') == ARGV[1] then redis.call('DEL', KEYS[1] .. 'lease') end`);

/** Adds entries under numbers of the gateway's own, so that a reader sees a gap; 0 where the lease is another's. */
const ADD = `
  local base = KEYS[1] .. ARGV[1]
  if ARGV[2] ~= '' and redis.call('GET', KEYS[1] .. 'lease') ~= ARGV[2] then return 0 end
  local function add(bytes)
    local number = redis.call('INCR', base .. ':number')
    redis.call('XADD', base .. ':changes', number .. '-0', 'by', ARGV[3], 'bytes', bytes)
    return number
  end`;

const PUBLISH = luaScript(`${ADD}
  local number = 0
  for at = 4, #ARGV do number = add(ARGV[at]) end
  redis.call('EXPIRE', base .. ':number', ${KEPT_SECONDS})
  redis.call('EXPIRE', base .. ':changes', ${KEPT_SECONDS})
  return number`);

const SWITCH = luaScript(`${ADD}
  local old = redis.call('HMGET', base .. ':pointer', 'id', 'position')
  redis.call('HSET', base .. ':pointer', 'id', ARGV[4], 'position', ARGV[5], 'head', ARGV[6])
  redis.call('EXPIRE', base .. ':pointer', ${KEPT_SECONDS})
  redis.call('EXPIRE', base .. ':snapshot:' .. ARGV[4], ${KEPT_SECONDS})
  if old[1] then redis.call('EXPIRE', base .. ':snapshot:' .. old[1], ${REPLACED_SECONDS}) end
  if old[2] then redis.call('XTRIM', base .. ':changes', 'MINID', old[2] .. '-0') end
  return add(ARGV[7])`);

const KEEP = luaScript(`
  local base = KEYS[1] .. ARGV[1]
  local id = redis.call('HGET', base .. ':pointer', 'id')
  for _, key in ipairs({ ':pointer', ':number', ':changes', ':snapshot:' .. (id or '') }) do
    redis.call('EXPIRE', base .. key, ${KEPT_SECONDS})
  end`);

/** What the replicas of one tenant keep of the directory in Redis. Throws RedisUnavailableError while that is away. */
export class SharedStore {
  readonly #redis: Redis;
  readonly #waiting: Redis;
  readonly #prefix: string;

  /** `waiting`: a connection of its own, which reads block. */
  constructor({ redis, waiting, prefix }: { redis: Redis; waiting: Redis; prefix: string }) {
    this.#redis = redis;
    this.#waiting = waiting;
    this.#prefix = prefix;
  }

  /** Takes the lease where it is nobody's, or renews it where it is the owner's; whether it did. */
  async lease(act: 'take' | 'renew', owner: string, milliseconds: number): Promise<boolean> {
    return (await LEASE(this.#redis, this.#prefix, [owner, milliseconds, act])) === 1;
  }

  async release(owner: string): Promise<void> {
    await RELEASE(this.#redis, this.#prefix, [owner]);
  }

  /** Adds entries in order; false where `owner`, unless it is null, does not hold the lease. */
  async publish(
    integration: string,
    from: { owner: string | null; by: string },
    entries: readonly Buffer[],
  ): Promise<boolean> {
    const number = await PUBLISH(this.#redis, this.#prefix, [integration, from.owner ?? '', from.by, ...entries]);
    return number !== 0;
  }

  /** The number of the last entry. */
  async lastNumber(integration: string): Promise<number> {
    return Number((await this.#ask(this.#redis.get(this.#key(integration, ':number')))) ?? 0);
  }

  /** The id of the snapshot that counts; null for none. */
  async snapshotId(integration: string): Promise<string | null> {
    return this.#ask(this.#redis.hget(this.#key(integration, ':pointer'), 'id'));
  }

  async pointer(integration: string): Promise<SnapshotPointer | null> {
    const fields = await this.#ask(
      this.#redis.hmgetBuffer(this.#key(integration, ':pointer'), 'id', 'position', 'head'),
    );
    const [id, position, head] = fields;
    return id && position && head ? { id: id.toString(), position: Number(position.toString()), head } : null;
  }

  /** Writes the chunks of a snapshot that nobody reads before `switchTo`. */
  async write(
    integration: string,
    id: string,
    chunks: AsyncIterable<Buffer>,
  ): Promise<{ chunks: number; bytes: number }> {
    const key = this.#key(integration, `:snapshot:${id}`);
    let [count, bytes] = [0, 0];
    for await (const chunk of chunks) {
      await this.#ask(this.#redis.hset(key, String(count), chunk));
      // Of one that is never finished nothing stays.
      if (count === 0) await this.#ask(this.#redis.expire(key, REPLACED_SECONDS));
      count += 1;
      bytes += chunk.length;
    }
    return { chunks: count, bytes };
  }

  /** Makes a snapshot the one that counts, tells so by the entry, and drops entries older than the one before it. */
  async switchTo(
    integration: string,
    from: { owner: string; by: string },
    { id, position, head, entry }: SnapshotPointer & { entry: Buffer },
  ): Promise<boolean> {
    const number = await SWITCH(this.#redis, this.#prefix, [
      integration,
      from.owner,
      from.by,
      id,
      position,
      head,
      entry,
    ]);
    return number !== 0;
  }

  /** The chunks of a snapshot in order, a few at a time; throws where it is gone. */
  async *chunks(integration: string, id: string): AsyncGenerator<Buffer[]> {
    const key = this.#key(integration, `:snapshot:${id}`);
    const count = await this.#ask(this.#redis.hlen(key));
    for (let at = 0; at < count; at += CHUNKS_A_CALL) {
      const fields = Array.from({ length: Math.min(CHUNKS_A_CALL, count - at) }, (_, index) => String(at + index));
      const chunks = await this.#ask(this.#redis.hmgetBuffer(key, ...fields));
      yield chunks.map((chunk) => {
        if (chunk === null) throw new Error(`a snapshot of ${integration} is gone`);
        return chunk;
      });
    }
  }

  /** What follows these numbers, waiting so many milliseconds for any; 0 does not wait. */
  async read(after: ReadonlyMap<string, number>, waitMs: number): Promise<Map<string, SharedEntry[]>> {
    const names = [...after.keys()];
    const keys = names.map((name) => this.#key(name, ':changes'));
    const ids = names.map((name) => `${after.get(name) ?? 0}-0`);
    const found = await this.#ask(
      waitMs > 0
        ? this.#waiting.xreadBuffer('COUNT', ENTRIES_A_CALL, 'BLOCK', waitMs, 'STREAMS', ...keys, ...ids)
        : this.#redis.xreadBuffer('COUNT', ENTRIES_A_CALL, 'STREAMS', ...keys, ...ids),
    );
    return new Map(
      (found ?? []).map(([key, entries]) => [names[keys.indexOf(String(key))] ?? '', entries.map(toEntry)]),
    );
  }

  /** Keeps what is there for another day. */
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

function toEntry([id, fields]: [id: Buffer, fields: Buffer[]]): SharedEntry {
  const [, by, , bytes] = fields;
  return { number: Number.parseInt(String(id), 10), by: String(by), bytes: bytes ?? Buffer.alloc(0) };
}
