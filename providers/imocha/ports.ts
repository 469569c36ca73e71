import type { Call, Ports, UnreadableRecord, WalkPage } from '../../src/domain/ports.ts';
import { ProviderError } from '../../src/domain/problem.ts';
import type { EmployeeRow, RatingRow } from '../../src/domain/records.ts';
import { together } from '../../src/outbound/allOrAbort.ts';
import {
  isObject,
  optionalId,
  pagesReader,
  readRows,
  tellsUnread,
  type Json,
} from '../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../src/outbound/upstream.ts';
import { addCertificates } from './writes/addCertificates.ts';
import { createClient, OPERATIONS, type Client } from './client.ts';
import { toEmployee, toSkill } from './mappers/mappers.ts';
import { ratingMapper, type RatingMapper, type Reading } from './mappers/ratings.ts';
import { patchStatus, upsertStatus } from './writes/setStatus.ts';
import type { TenantSettings } from './settings.ts';
import { upsertEmployees } from './writes/upsertEmployees.ts';
import { requiredKey } from './mappers/vendorKeys.ts';
import { createWritesClient } from './writes/writesClient.ts';

/**
 * The adapter: what the API can do for the gateway. It writes no ratings (imocha.md#what-is-missing), so `rate` and
 * `assign` are absent.
 */
export function createPorts(upstream: Upstream, settings: TenantSettings): Ports {
  const client = createClient(upstream);
  const writes = createWritesClient(upstream);
  const toRatings = ratingMapper(settings);
  const drift = upstream.drift.bind(upstream);
  const list = (operation: string, call: Call, of: UnreadableRecord['of']) => ({
    operation,
    path: 'items',
    drift,
    leftOut: tellsUnread(call, of, of === 'skills' ? (raw) => raw['taxonomySkillId'] : ownerOf),
  });
  /** The ratings of one profile of a walk. */
  const ratingsIn = (profile: Json, call: Call): RatingRow[] => {
    const tell = tellsUnread(call, 'ratings', ownerOf);
    return toRatings(profile, { operation: OPERATIONS.profiles, drift, leftOut: () => tell?.(profile) });
  };

  /**
   * Reads the ratings of the profiles of a walk. Those without a skill say nothing of whether the others can be read.
   */
  const ratingsReader = (call: Call) => {
    const read = pagesReader(list(OPERATIONS.profiles, call, 'ratings'));
    return (items: readonly unknown[]): RatingRow[] =>
      read(items.filter(hasSkills), (raw) => ratingsIn(raw, call)).flat();
  };

  /** Everybody with a profile: less of each employee than the list has, but their ratings come along. */
  async function* employeesOfProfiles(call: Call): AsyncGenerator<WalkPage<EmployeeRow>> {
    const people = list(OPERATIONS.profiles, call, 'employees');
    const ratings = tellsUnread(call, 'ratings', ownerOf);
    const leftOut = (item: unknown) => {
      people.leftOut?.(item);
      ratings?.(item);
    };
    const read = pagesReader({ ...people, leftOut });
    const readRatings = ratingsReader(call);
    for await (const { items, total } of client.profiles(call)) {
      const found = read(items, (raw) => ({ raw, row: toEmployee(raw) }));
      yield { rows: found.map(({ row }) => row), total, ratings: readRatings(found.map(({ raw }) => raw)) };
    }
  }

  /**
   * The employee list's path and shape are assumed (imocha.md#employee-list): where it is not as assumed, the profiles
   * must do.
   */
  async function* employees(call: Call): AsyncGenerator<WalkPage<EmployeeRow>> {
    let started = false;
    try {
      const read = pagesReader(list(OPERATIONS.employees, call, 'employees'));
      for await (const { items, total } of client.employees(call)) {
        const rows = read(items, toEmployee);
        started = true;
        yield { rows, total };
      }
      if (started) return;
    } catch (error) {
      if (started || !isMissing(error)) throw error;
    }
    yield* employeesOfProfiles(call);
  }

  return {
    employees: { walk: employees },
    skills: {
      async *walk(call) {
        const read = pagesReader(list(OPERATIONS.taxonomy, call, 'skills'));
        for await (const { items, total } of client.taxonomy(call)) {
          yield { rows: read(items, (raw) => toSkill(raw, settings)), total };
        }
      },
      async *changedSince(since, call) {
        const read = pagesReader(list(OPERATIONS.taxonomy, call, 'skills'), { isAmongKnown: true });
        for await (const { items } of client.taxonomy(call, since)) {
          yield { rows: read(items, (raw) => toSkill(raw, settings)) };
        }
      },
    },
    ratings: {
      // The only bulk read: there is no call for many ids (imocha.md#skills-profiles).
      keep: true,
      async *walk(call) {
        const read = ratingsReader(call);
        // The vendor counts profiles, not ratings.
        for await (const { items } of client.profiles(call)) {
          const whole = items.filter(isObject).flatMap((profile) => optionalId(ownerOf(profile)) ?? []);
          yield { rows: read(items), total: null, whole };
        }
      },
      async *changedSince(since, call) {
        // Of whom something could not be read, the rows beside it are news, and say nothing of what is gone.
        const partial = new Set<string | null>();
        const noting: Call = {
          ...call,
          onUnreadable(record) {
            partial.add(record.id);
            call.onUnreadable?.(record);
          },
        };
        const read = pagesReader(list(OPERATIONS.profiles, noting, 'ratings'), { isAmongKnown: true });
        const toChanged = (raw: Json) => ({ id: requiredKey(raw, 'employeeId'), rows: ratingsIn(raw, noting) });
        for await (const { items } of client.profiles(call, since)) {
          const changed = read(items, toChanged);
          const whole = changed.map(({ id }) => id).filter((id) => !partial.has(id));
          yield { rows: changed.flatMap(({ rows }) => rows), whole };
        }
      },
    },
    ratingsByEmployees: {
      batchSize: 1,
      filtered: false,
      read: (employeeIds, call) => ratingsOfEmployees(client, employeeIds, toRatings, drift, call),
    },
    ratingByParts: {
      // [employee, profile skill, channel]: there is no row of its own, so the profile is read
      // (imocha.md#one-skills-profile).
      employeePart: 0,
      async read(parts, call) {
        const [employeeId = ''] = parts;
        const rows = await ratingsOfEmployees(client, [employeeId], toRatings, drift, call);
        return (
          rows.find((row) => row.parts.length === parts.length && row.parts.every((p, i) => p === parts[i])) ?? null
        );
      },
    },
    upsertEmployees: upsertEmployees(client),
    setStatus: settings.statusPatch === 'on' ? patchStatus(writes) : upsertStatus(client),
    addCertificates: addCertificates(client, writes),
  };
}

function ownerOf(profile: Json): unknown {
  return profile['employeeId'];
}

function hasSkills(item: unknown): boolean {
  return !isObject(item) || !Array.isArray(item['skills']) || item['skills'].length > 0;
}

function isMissing(error: unknown): boolean {
  return error instanceof ProviderError && (error.code === 'NOT_OFFERED' || error.code === 'UNREADABLE');
}

/** One call per employee; the upstream's pool bounds how many at once. The first failure calls the others off. */
async function ratingsOfEmployees(
  client: Client,
  employeeIds: readonly string[],
  toRatings: RatingMapper,
  drift: Reading['drift'],
  call: Call,
): Promise<RatingRow[]> {
  const readOne = async (employeeId: string, shared: Call): Promise<RatingRow[]> => {
    const leftOut = () => shared.onUnreadable?.({ of: 'ratings', id: employeeId });
    const reading: Reading = { operation: OPERATIONS.profile, drift, leftOut };
    const items = await client.profilesOf(employeeId, shared);
    if (items.some((item) => isForeign(item, employeeId))) throw foreignProfile(drift);
    return readRows(items, (raw) => toRatings(raw, reading, employeeId), {
      ...reading,
      path: 'items',
    }).flat();
  };
  return (await together(call, [...new Set(employeeIds)], readOne)).flat();
}

function isForeign(item: unknown, employeeId: string): boolean {
  const id = isObject(item) ? optionalId(item['employeeId']) : null;
  return id !== null && id !== employeeId;
}

function foreignProfile(drift: Reading['drift']): ProviderError {
  drift({
    operation: OPERATIONS.profile,
    path: 'employeeId',
    expected: 'the asked employee',
    found: 'another employee',
  });
  return new ProviderError('UNREADABLE', 'The provider answered with an employee that was not asked for.', {
    providerCode: 'FILTER_IGNORED',
    retryable: false,
  });
}
