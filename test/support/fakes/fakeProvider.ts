import { Integration } from '../../../src/integrations/integration.ts';
import type { Call, Ports, RatingsByEmployeesPort, WalkPage, WalkPort } from '../../../src/domain/ports.ts';
import { ProviderError, type ProblemCode } from '../../../src/domain/problem.ts';
import type { NumericScale } from '../../../src/domain/rating.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import { alike } from '../../../src/outbound/policy/attemptTimeouts.ts';
import type { Limits } from '../../../src/outbound/limits.ts';

export const ONE_TO_FIVE: NumericScale = { kind: 'numeric', min: 1, max: 5, step: 1 };

const LIMITS: Limits = {
  requestsPerSecond: null,
  readsInFlight: 4,
  writesInFlight: 4,
  attempts: 1,
  connectTimeoutMs: 1000,
  times: alike(1000),
  maxBodyBytes: 1000,
};

export function employeeRow(remoteId: string, values: Partial<EmployeeRow> = {}): EmployeeRow {
  return {
    remoteId,
    sourceId: null,
    name: null,
    givenName: null,
    familyName: null,
    workEmail: null,
    employeeNumber: null,
    jobTitle: null,
    status: null,
    statusLabel: null,
    startDate: null,
    department: null,
    location: null,
    managerRemoteId: null,
    managerEmail: null,
    url: null,
    changedAt: null,
    ...values,
  };
}

export function skillRow(remoteId: string, values: Partial<SkillRow> = {}): SkillRow {
  return {
    remoteId,
    sourceId: null,
    name: remoteId,
    description: null,
    synonyms: [],
    scale: ONE_TO_FIVE,
    classification: null,
    url: null,
    changedAt: null,
    aliases: [],
    ...values,
  };
}

/** A rating of 3 from 1 to 5, its parts the employee's and the skill's id. */
export function ratingRow(employeeId: string, skillId: string, values: Partial<RatingRow> = {}): RatingRow {
  return {
    parts: [employeeId, skillId],
    employeeId,
    skillId,
    skillKeys: null,
    skillName: skillId,
    skillScale: ONE_TO_FIVE,
    skillClassification: null,
    value: numberValue(3),
    source: 'MANAGER',
    sourceLabel: 'manager',
    remoteId: null,
    changedAt: null,
    ...values,
  };
}

export function numberValue(value: number): RatingRow['value'] {
  return { kind: 'number', value, scale: null };
}

/** What a fake provider holds and how it behaves; may be changed between calls. */
export interface FakeHoldings {
  employees: EmployeeRow[];
  skills: SkillRow[];
  ratings: RatingRow[];
  /** Rows a page. */
  pageSize: number;
  /** What becomes of the filter of ratings. */
  filter: 'honoured' | 'ignored' | 'empty';
  /** The rating rows come along with the pages of employees. */
  along: boolean;
  keep: boolean;
  filtered: boolean;
  batchSize: number;
  /** Calls of these names fail so. */
  failing: Record<string, ProblemCode | undefined>;
  /** Awaited before each answer; gets what the journal has of the call. */
  before: (call: string) => Promise<void> | void;
}

/** A provider without a network: its integration, what it holds, and the journal of its calls, e.g. `ratings 2`, `read e1,e2`. */
export class FakeProvider {
  readonly calls: string[] = [];
  readonly holdings: FakeHoldings;
  readonly integration: Integration;
  readonly ports: Ports;

  constructor(
    options: {
      name?: string;
      now?: () => number;
      ports?: Ports;
      without?: readonly (keyof Ports)[];
    } & Partial<FakeHoldings> = {},
  ) {
    const { name = 'hr', now, ports = {}, without = [], ...holdings } = options;
    this.holdings = {
      employees: [],
      skills: [],
      ratings: [],
      pageSize: 2,
      filter: 'honoured',
      along: false,
      keep: false,
      filtered: true,
      batchSize: 2,
      failing: {},
      before: () => {},
      ...holdings,
    };
    const own: Ports = {
      employees: this.#walk('employees', () => this.holdings.employees),
      skills: this.#walk('skills', () => this.holdings.skills),
      ratings: { keep: this.holdings.keep, ...this.#walk('ratings', () => this.holdings.ratings) },
      ratingsByEmployees: this.#ratingsByEmployees(),
      ...ports,
    };
    for (const port of without) Reflect.deleteProperty(own, port);
    this.ports = own;
    this.integration = new Integration({ name, provider: 'fake', ports: own, limits: LIMITS, ...(now ? { now } : {}) });
  }

  /** The journal so far, which starts anew. */
  taken(): string[] {
    return this.calls.splice(0);
  }

  #walk<Row>(operation: string, rowsOf: () => readonly Row[]): WalkPort<Row> {
    const { calls, holdings } = this;
    const answer = (entry: string, call: Call) => this.#answer(operation, entry, call);
    async function* walk(call: Call): AsyncGenerator<WalkPage<Row>> {
      for (let page = 1, at = 0; at === 0 || at < rowsOf().length; page += 1, at += holdings.pageSize) {
        calls.push(`${operation} ${page}`);
        await answer(`${operation} ${page}`, call);
        const rows = rowsOf().slice(at, at + holdings.pageSize);
        const ratings = holdings.ratings.filter((rating) =>
          rows.some((row) => (row as { remoteId?: string }).remoteId === rating.employeeId),
        );
        yield {
          rows,
          total: rowsOf().length,
          ...(operation === 'employees' && holdings.along ? { ratings } : {}),
        };
      }
    }
    return { walk };
  }

  #ratingsByEmployees(): RatingsByEmployeesPort {
    return {
      batchSize: this.holdings.batchSize,
      filtered: this.holdings.filtered,
      read: async (ids, call) => {
        const entry = `read ${ids.join(',')}`;
        this.calls.push(entry);
        await this.#answer('read', entry, call);
        if (this.holdings.filter === 'ignored') {
          throw new ProviderError('UNREADABLE', 'The filter was ignored.', { providerCode: 'FILTER_IGNORED' });
        }
        if (this.holdings.filter === 'empty') return [];
        return this.holdings.ratings.filter((row) => ids.includes(row.employeeId));
      },
    };
  }

  async #answer(operation: string, entry: string, call: Call): Promise<void> {
    call.signal?.throwIfAborted();
    await this.holdings.before(entry);
    call.signal?.throwIfAborted();
    const { failing } = this.holdings;
    const code = failing[entry] ?? failing[operation];
    if (code) throw new ProviderError(code, 'The provider failed.');
  }
}

/** A promise with its ends outside, so that a test decides when something goes on. */
export function gate(): { open: () => void; passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}
