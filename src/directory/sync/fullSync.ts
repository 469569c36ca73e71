import type { Operation } from '../../domain/operations.ts';
import type { Call, WalkPage, WalkPort } from '../../domain/ports.ts';
import { withoutWords, type Problem } from '../../domain/problem.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { RatingRow } from '../../domain/records.ts';
import { Census } from '../employees/census.ts';
import type { Directory } from '../directory.ts';
import { runInSlices } from '../../lib/runInSlices.ts';
import { isFilterIgnored, kindSync, type Integration, type KindSync } from '../../integrations/integration.ts';
import { rowKey } from '../ratings/ratingSnapshot.ts';
import { Mentions } from '../skills/inferredSkill.ts';
import { isOverBound, RecordBound, type MAX_RECORDS } from './recordBound.ts';
import { SyncProgress } from './syncProgress.ts';

export interface FullSyncOptions {
  directory: Directory;
  integration: Integration;
  signal: AbortSignal;
  now?: () => number;
  /** The most records to read; only tests replace it. */
  most?: typeof MAX_RECORDS;
}

/**
 * Reads everything of one integration once: employees, skills, and ratings where a snapshot of them is kept or where
 * skills can only be learnt from them; then probes the rating filter. Resolves when readers see all of it. Rejects only
 * on abort; failures are reported in `integration.sync`.
 */
export async function fullSync(options: FullSyncOptions): Promise<void> {
  const { directory, integration, signal, now = Date.now, most } = options;
  const unreadable = {
    employees: new Set<string | null>(),
    skills: new Set<string | null>(),
    ratings: new Set<string | null>(),
  };
  const call: Call = { signal, purpose: 'walk', onUnreadable: ({ of, id }) => unreadable[of].add(id) };
  const { name, ports, sync, readFrom } = integration;
  const { ratings } = ports;
  const began = now();
  // Until one full sync has succeeded, each further one is still the first: answers stay PARTIAL.
  sync.state = sync.lastFullAt === null ? 'FIRST_WALK' : 'REFRESHING';
  sync.progress = null;
  integration.retryOffers();
  const progress = new SyncProgress(integration);

  const employees = new Census((id) => directory.hasEmployee(name, id));
  const employeeBound = new RecordBound(integration, 'employees', most);
  const ratingBound = new RecordBound(integration, 'ratings', most);
  const filling = directory.ratings(name).fill();
  const mentions = new Mentions();
  let broughtRatings = false;
  progress.start('employees', directory.employeeCount(name));
  const employeesProblem = await readAll(
    integration,
    'READ_EMPLOYEES',
    ports.employees,
    call,
    employeeBound,
    (page) => {
      const ids = page.rows.map(({ remoteId }) => remoteId);
      employees.page(ids, page.total);
      directory.putEmployees(name, page.rows, began);
      if (page.ratings) {
        broughtRatings = true;
        ratingBound.add(page.ratings.length);
        if (ratings) filling.take(page.ratings, { whole: ids });
        mentions.add(page.ratings);
      }
      progress.found(employees.size, page.total);
    },
  );
  // Real records cannot be told from bogus ones: only those known before stay.
  if (employeesProblem && isOverBound(employeesProblem)) directory.removeEmployees(name, employees.newIds, began);
  if (employeesProblem === null) {
    const found = employees.findings(unreadable.employees, integration.missed.employees);
    if (found) {
      await runInSlices(directory.retainEmployees(name, found, began));
      integration.missed.employees = new Set(found.missed);
    }
    integration.unreadable.set('employees', unreadable.employees);
    readFrom.set('employees', began);
  }

  const skillBound = new RecordBound(integration, 'skills', most);
  const skills = new Census((id) => directory.hasSkill(name, id));
  const skillsBegan = now();
  progress.start('skills', directory.skillCount(name));
  const skillsProblem = await readAll(integration, 'READ_SKILLS', ports.skills, call, skillBound, (page) => {
    skills.page(
      page.rows.map(({ remoteId }) => remoteId),
      page.total,
    );
    directory.putSkills(name, page.rows, skillsBegan);
    progress.found(skills.size, page.total);
  });
  if (integration.firstSkills.isPending) {
    await directory.settled();
    integration.firstSkills.end();
  }
  if (skillsProblem && isOverBound(skillsProblem)) directory.removeSkills(name, skills.newIds, skillsBegan);
  const catalogue = ports.skills !== undefined && skillsProblem === null;
  if (catalogue) {
    const found = skills.findings(unreadable.skills, integration.missed.skills);
    if (found) {
      directory.retainSkills(name, found, skillsBegan);
      integration.missed.skills = new Set(found.missed);
    }
    integration.unreadable.set('skills', unreadable.skills);
    readFrom.set('skills', skillsBegan);
  }

  await probeFilter(options);
  // Ratings that came with the employees are complete only if the list of employees was.
  let ratingsProblem: Problem | null = broughtRatings ? employeesProblem : null;
  const ratingsBegan = broughtRatings ? began : now();
  const keep = ratings !== undefined && (ratings.keep || !integration.ratingFilterHonoured);
  if (broughtRatings && employeesProblem === null) integration.worked('READ_RATINGS_BY_EMPLOYEE');
  if (keep || !catalogue) {
    if (broughtRatings) directory.learnSkills(name, mentions.all());
    else {
      progress.start('ratings', directory.employeeCount(name));
      const rated = new Set<string>();
      ratingsProblem = await readAll(integration, 'READ_RATINGS_BY_EMPLOYEE', ratings, call, ratingBound, (page) => {
        directory.learnSkills(name, page.rows);
        if (keep) filling.take(page.rows, page);
        // Providers that report a total here count people.
        for (const row of page.rows) rated.add(row.employeeId);
        progress.found(rated.size, null);
      });
    }
    if (keep && ratingsProblem === null) {
      filling.keepUnreadable(unreadable.ratings);
      filling.keepMissed();
      filling.end(ratingsBegan, now() - ratingsBegan);
      integration.unreadable.set('ratings', unreadable.ratings);
      readFrom.set('ratings', ratingsBegan);
    }
  }
  await directory.settled();
  signal.throwIfAborted();

  const problem = employeesProblem ?? serious(skillsProblem) ?? ratingsProblem;
  const kinds = {
    employees: noted(kindSync(sync, 'employees'), began, employeesProblem),
    skills: catalogue
      ? noted(kindSync(sync, 'skills'), skillsBegan, null)
      : noted(kindSync(sync, 'skills'), ratingsBegan, serious(skillsProblem) ?? ratingsProblem),
  };
  integration.sync =
    problem === null
      ? { ...sync, state: 'IDLE', progress: null, lastFullAt: new Date(now()).toISOString(), problem: null, kinds }
      : { ...sync, state: 'FAILING', progress: null, problem, kinds };
}

/** The status of a kind after a full sync that began then. */
function noted(before: KindSync, began: number, problem: Problem | null): KindSync {
  return { fetchedAt: problem === null ? new Date(began).toISOString() : before.fetchedAt, problem };
}

/** Reads all ratings into the snapshot, for a provider whose filter cannot be trusted. Rejects with ProviderError. */
export async function syncRatings({
  directory,
  integration,
  signal,
  now = Date.now,
  most,
  receipt,
}: FullSyncOptions & { receipt?: Receipt }): Promise<void> {
  const { ratings } = integration.ports;
  if (!ratings) return;
  const unreadable = new Set<string | null>();
  const call: Call = { signal, purpose: 'walk', receipt, onUnreadable: ({ id }) => unreadable.add(id) };
  const filling = directory.ratings(integration.name).fill();
  const bound = new RecordBound(integration, 'ratings', most);
  const began = now();
  for await (const page of ratings.walk(call)) {
    bound.add(page.rows.length);
    receipt?.rows(integration.name, page.rows.length);
    directory.learnSkills(integration.name, page.rows);
    filling.take(page.rows, page);
  }
  filling.keepUnreadable(unreadable);
  filling.keepMissed();
  filling.end(began, now() - began);
  integration.unreadable.set('ratings', unreadable);
  integration.readFrom.set('ratings', began);
}

/**
 * Asks for the ratings of one employee who is known to have some. An answer without them, or with those of others,
 * means that the provider does not honour its filter, as Kombo may not (kombo.md#filters): the rating snapshot has to
 * answer.
 */
async function probeFilter({ integration, signal }: FullSyncOptions): Promise<void> {
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
    // Any other failure says nothing about the filter: its status stays until the next full sync.
  }
}

async function firstRow(port: WalkPort<RatingRow>, call: Call): Promise<RatingRow | null> {
  for await (const page of port.walk(call)) {
    const [row] = page.rows;
    if (row) return row;
  }
  return null;
}

/**
 * Reads a list to its end; answers the problem that ended it early, or null. An absent port is not a problem; an
 * endless list is.
 */
async function readAll<Row>(
  integration: Integration,
  operation: Operation,
  port: WalkPort<Row> | undefined,
  call: Call,
  bound: RecordBound,
  take: (page: WalkPage<Row>) => void,
): Promise<Problem | null> {
  if (!port) return null;
  try {
    for await (const page of port.walk(call)) {
      bound.add(page.rows.length);
      take(page);
    }
    integration.worked(operation);
    return null;
  } catch (error) {
    call.signal?.throwIfAborted();
    return withoutWords(integration.failed(operation, error));
  }
}

/** A missing catalogue does not fail the full sync: skills are learnt from ratings. */
function serious(problem: Problem | null): Problem | null {
  return problem?.code === 'NOT_OFFERED' ? null : problem;
}
