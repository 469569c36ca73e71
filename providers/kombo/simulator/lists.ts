/** The simulated lists: employees, skills, ratings. Comma lists are ORs, parameters are ANDed (kombo.md#filters). */
import { jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import { employeeRow, groupsOf, locationIdOf } from './employees.ts';
import { komboId } from './ids.ts';
import { commaList, type ListQuery, listQuery, pageOf } from './paging.ts';
import { ratingRemoteId, ratingRow, skillRow } from './render.ts';
import type { Switches } from './switches.ts';
import type { SimEmployee, SimRating, SimSkill, World } from './world.ts';

export interface ListContext {
  world: World;
  switches: Switches;
  now: number;
}

/** A test on a row; null stands for a parameter that was not sent. */
type Test<Row> = ((row: Row) => boolean) | null;

export function listEmployees({ world, now }: ListContext, parameters: URLSearchParams): SimResponse {
  const query = listQuery(parameters, now);
  const ids = commaList(parameters, 'ids');
  const tests: Test<SimEmployee>[] = [
    oneOf(parameters, 'remote_ids', (row) => row.remoteId),
    oneOf(parameters, 'employment_statuses', (row) => row.status),
    oneOf(parameters, 'employment_status', (row) => row.status),
    oneOf(parameters, 'work_location_ids', locationIdOf),
    oneOf(
      parameters,
      'work_emails',
      (row) => row.email?.toLowerCase() ?? null,
      (value) => value.toLowerCase(),
    ),
    anyOf(parameters, 'group_ids', (row) => groupsOf(row).map((group) => group.id)),
    unsupported(parameters, 'personal_emails', query),
    unsupported(parameters, 'legal_entity_ids', query),
    unsupported(parameters, 'custom_fields', query),
  ];
  const candidates = ids ? pick(world.employeesById, ids) : world.employees;
  const { results, next } = pageOf(candidates, all(tests), query, now);
  return list(results.map(employeeRow), next);
}

export function listSkills({ world, switches, now }: ListContext, parameters: URLSearchParams): SimResponse {
  const query = listQuery(parameters, now);
  const ids = commaList(parameters, 'ids');
  const part = parameters.get('name_contains')?.toLowerCase();
  const tests: Test<SimSkill>[] = [
    oneOf(parameters, 'remote_ids', (row) => row.remoteId),
    part === undefined ? null : (row) => row.name.toLowerCase().includes(part),
  ];
  const candidates = ids ? pick(world.skillsById, ids) : world.skills;
  const { results, next } = pageOf(candidates, all(tests), query, now);
  return list(
    results.map((skill) => skillRow(skill, switches)),
    next,
  );
}

export function listRatings({ world, switches, now }: ListContext, parameters: URLSearchParams): SimResponse {
  const query = listQuery(parameters, now);
  const filter = switches.ratingsFilter;
  const employeeIds = filter === 'honoured' ? commaList(parameters, 'employee_ids') : null;
  const skillIds = filter === 'honoured' ? commaList(parameters, 'skill_ids') : null;
  const tests: Test<SimRating>[] = [
    oneOf(parameters, 'ids', (row) => komboId(ratingRemoteId(row))),
    oneOf(parameters, 'remote_ids', ratingRemoteId),
    skillIds === null ? null : (row) => skillIds.has(row.skill.id),
    unsupported(parameters, 'rating_sources', query),
    filter === 'empty' ? unsupported(parameters, 'employee_ids', query) : null,
    filter === 'empty' ? unsupported(parameters, 'skill_ids', query) : null,
  ];
  const candidates = ratingCandidates(world, employeeIds, skillIds);
  const { results, next } = pageOf(candidates, all(tests), query, now);
  return list(
    results.map((rating) => ratingRow(rating, switches)),
    next,
  );
}

function ratingCandidates(
  world: World,
  employeeIds: ReadonlySet<string> | null,
  skillIds: ReadonlySet<string> | null,
): readonly SimRating[] {
  if (employeeIds !== null) {
    return pick(world.employeesById, employeeIds).flatMap((employee) => world.ratingsByEmployee.get(employee) ?? []);
  }
  if (skillIds !== null) {
    return pick(world.skillsById, skillIds).flatMap((skill) => world.ratingsBySkill.get(skill) ?? []);
  }
  return world.ratings;
}

export function pick<Row>(index: ReadonlyMap<string, Row>, ids: ReadonlySet<string>): Row[] {
  return [...ids].flatMap((id) => index.get(id) ?? []);
}

export function oneOf<Row>(
  parameters: URLSearchParams,
  name: string,
  valueOf: (row: Row) => string | null,
  fold: (value: string) => string = (value) => value,
): Test<Row> {
  const values = commaList(parameters, name);
  if (values === null) return null;
  const wanted = new Set([...values].map(fold));
  return (row) => {
    const value = valueOf(row);
    return value !== null && wanted.has(value);
  };
}

function anyOf<Row>(parameters: URLSearchParams, name: string, valuesOf: (row: Row) => string[]): Test<Row> {
  const wanted = commaList(parameters, name);
  return wanted === null ? null : (row) => valuesOf(row).some((value) => wanted.has(value));
}

function unsupported<Row>(parameters: URLSearchParams, name: string, query: ListQuery): Test<Row> {
  return parameters.has(name) && !query.ignoreUnsupported ? () => false : null;
}

export function all<Row>(tests: readonly Test<Row>[]): (row: Row) => boolean {
  const present = tests.filter((test) => test !== null);
  return (row) => present.every((test) => test(row));
}

export function list(results: readonly unknown[], next: string | null): SimResponse {
  return jsonResponse(200, { status: 'success', data: { next, results } });
}
