import type { Call, WalkPage, WalkPort } from '../domain/ports.ts';
import type { Problem } from '../domain/problem.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { RatingRow } from '../domain/records.ts';
import type { Directory } from './directory.ts';
import { isFilterIgnored, type Integration, type Operation } from './integration.ts';
import { rowKey } from './keptRatings.ts';

export interface WalkOptions {
  directory: Directory;
  integration: Integration;
  signal: AbortSignal;
  now?: () => number;
}

/**
 * Reads everything of one integration once: employees, skills, and the ratings where they are kept or where skills can
 * only be learnt from them; then probes the rating filter. Never rejects but by abort; what failed is in `integration.sync`.
 */
export async function walkIntegration({ directory, integration, signal, now = Date.now }: WalkOptions): Promise<void> {
  const call: Call = { signal, purpose: 'walk' };
  const { name, ports, sync } = integration;
  const { ratings } = ports;
  const began = now();
  // Until one walk was complete, each further one is still the first: answers stay PARTIAL.
  sync.state = sync.lastFullAt === null ? 'FIRST_WALK' : 'REFRESHING';
  sync.progress = null;
  integration.retryOffers();

  const employees = new Map<string, Parameters<Directory['putEmployees']>[1][number]>();
  const along: RatingRow[] = [];
  let broughtRatings = false;
  const employeesProblem = await readAll(integration, 'READ_EMPLOYEES', ports.employees, call, (page) => {
    for (const row of page.rows) employees.set(row.remoteId, row);
    directory.putEmployees(name, page.rows, began);
    if (page.ratings) {
      broughtRatings = true;
      for (const row of page.ratings) along.push(row);
    }
    sync.progress = page.total === null || page.total === 0 ? null : Math.min(1, employees.size / page.total);
  });
  if (employeesProblem === null) directory.replaceEmployees(name, employees, began);

  const skills = new Map<string, Parameters<Directory['putSkills']>[1][number]>();
  const skillsProblem = await readAll(integration, 'READ_SKILLS', ports.skills, call, (page) => {
    for (const row of page.rows) skills.set(row.remoteId, row);
    directory.putSkills(name, page.rows);
  });
  const catalogue = ports.skills !== undefined && skillsProblem === null;
  if (catalogue) directory.replaceSkills(name, skills);

  await probeFilter({ directory, integration, signal, now });
  // Ratings that came along are whole only where the walk of employees was.
  let ratingsProblem: Problem | null = broughtRatings ? employeesProblem : null;
  const keep = ratings !== undefined && (ratings.keep || !integration.ratingFilterHonoured);
  if (keep || !catalogue) {
    if (!broughtRatings) {
      ratingsProblem = await readAll(integration, 'READ_RATINGS_BY_EMPLOYEE', ratings, call, (page) => {
        for (const row of page.rows) along.push(row);
      });
    }
    directory.learnSkills(name, along);
    if (keep && ratingsProblem === null) directory.ratings(name).replace(along, now());
  }

  const problem = employeesProblem ?? serious(skillsProblem) ?? ratingsProblem;
  integration.sync =
    problem === null
      ? { state: 'IDLE', progress: null, lastFullAt: new Date(now()).toISOString(), problem: null }
      : { ...sync, state: 'FAILING', progress: null, problem };
}

/** Walks all ratings once and keeps them, for a provider whose filter cannot be trusted. Rejects with ProviderError. */
export async function keepRatings({
  directory,
  integration,
  signal,
  now = Date.now,
  receipt,
}: WalkOptions & { receipt?: Receipt }): Promise<void> {
  const { ratings } = integration.ports;
  if (!ratings) return;
  const rows: RatingRow[] = [];
  const call: Call = { signal, purpose: 'walk', receipt };
  for await (const page of ratings.walk(call)) for (const row of page.rows) rows.push(row);
  receipt?.rows(integration.name, rows.length);
  directory.learnSkills(integration.name, rows);
  directory.ratings(integration.name).replace(rows, now());
}

/**
 * Asks for the ratings of one employee who is known to have some. An answer without them, or with foreign ones, means
 * that the provider does not honour its filter (Kombo sheet U7 calls it an assumption), and the walk must stand in.
 */
async function probeFilter({ integration, signal }: WalkOptions): Promise<void> {
  const { ratings, ratingsByEmployees } = integration.ports;
  if (!ratings || ratingsByEmployees?.filtered !== true) return;
  const call: Call = { signal, purpose: 'walk' };
  try {
    const known = await firstRow(ratings, call);
    if (known === null) return;
    const rows = await ratingsByEmployees.read([known.employeeId], call);
    integration.ratingFilterHonoured = rows.some((row) => rowKey(row) === rowKey(known));
  } catch (error) {
    signal.throwIfAborted();
    if (isFilterIgnored(error)) integration.ratingFilterHonoured = false;
    // Any other failure says nothing about the filter: it stays as it was until the next walk.
  }
}

async function firstRow(port: WalkPort<RatingRow>, call: Call): Promise<RatingRow | null> {
  for await (const page of port.walk(call)) {
    const [row] = page.rows;
    if (row) return row;
  }
  return null;
}

/** Reads a walk to its end; the problem that ended it early, or null. An absent port is no problem. */
async function readAll<Row>(
  integration: Integration,
  operation: Operation,
  port: WalkPort<Row> | undefined,
  call: Call,
  take: (page: WalkPage<Row>) => void,
): Promise<Problem | null> {
  if (!port) return null;
  try {
    for await (const page of port.walk(call)) take(page);
    integration.worked(operation);
    return null;
  } catch (error) {
    call.signal?.throwIfAborted();
    return integration.failed(operation, error);
  }
}

/** A catalogue that is not offered is no failure of the walk: skills are learnt from ratings. */
function serious(problem: Problem | null): Problem | null {
  return problem?.code === 'NOT_OFFERED' ? null : problem;
}
