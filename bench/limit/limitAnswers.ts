/** The limit's answers, in the shape of the gateway's. */
import type { LimitCalls } from './limitCalls.ts';
import type { KnownPerson, KnownSkill, LimitDirectory } from './limitDirectory.ts';
import { ofImocha, ofKantata, ofKombo, type Rating } from './limitRatings.ts';
import type { QuestionName } from '../questions.ts';

/** People on a page. */
const PAGE = 50;

type Answers = Record<QuestionName, (variables: { id?: string }) => Promise<unknown>>;

interface Held {
  skill: KnownSkill;
  ratings: Rating[];
}

export function createAnswers(directory: LimitDirectory, calls: LimitCalls): Answers {
  /** Held skills of each person, by skill name. */
  const heldBy = async (people: readonly KnownPerson[]): Promise<Held[][]> => {
    const idsIn = (provider: 'kombo' | 'kantata') => people.flatMap(({ ids }) => ids[provider] ?? []);
    const [kombo, imocha, kantata] = await Promise.all([
      idsIn('kombo').length === 0 ? [] : calls.kombo(idsIn('kombo')),
      Promise.all(people.map(async ({ ids }) => (ids.imocha === null ? [] : calls.imocha(ids.imocha)))),
      idsIn('kantata').length === 0 ? [] : calls.kantata(idsIn('kantata')),
    ]);
    const komboOf = groupBy(kombo, (row) => row.employee_id);
    const kantataOf = groupBy(kantata, (row) => row.user_id);
    return people.map(({ ids }, index) => {
      const held = new Map<number, Held>();
      const add = (skill: KnownSkill | undefined, rating: (skill: KnownSkill) => Rating) => {
        if (!skill) return;
        const known = held.get(skill.rank);
        if (known) known.ratings.push(rating(skill));
        else held.set(skill.rank, { skill, ratings: [rating(skill)] });
      };
      for (const row of komboOf.get(ids.kombo ?? '') ?? []) {
        add(directory.kombo.get(row.skill_id), (skill) => ofKombo(row, skill));
      }
      for (const raw of imocha[index] ?? []) {
        const skill = directory.imocha.get(String(raw.skill.skillId));
        for (const rating of ofImocha(raw, ids.imocha ?? '', skill)) add(skill, () => rating);
      }
      for (const row of kantataOf.get(ids.kantata ?? '') ?? []) {
        add(directory.kantata.get(row.skill_id), () => ofKantata(row));
      }
      return [...held.values()].toSorted((a, b) => a.skill.rank - b.skill.rank);
    });
  };

  return {
    async page() {
      const people = directory.people.slice(0, PAGE);
      const held = await heldBy(people);
      const nodes = people.map(({ employee: { id, displayName } }, index) => ({
        id,
        displayName,
        skills: {
          nodes: (held[index] ?? []).map(({ skill, ratings }) => ({
            skill: { id: skill.id, name: skill.name },
            ratings: ratings.map(({ id: ratingId, source, normalized, proficiency }) => ({
              id: ratingId,
              source,
              normalized,
              proficiency,
            })),
          })),
        },
      }));
      return { employees: { nodes } };
    },

    async one({ id = '' }) {
      const person = directory.byId.get(id);
      if (!person) return { employee: null };
      const { employee } = person;
      const [held = []] = await heldBy([person]);
      const { displayName, givenName, familyName, workEmail, employeeNumber, jobTitle } = employee;
      const { status, startDate, department, location } = employee;
      const nodes = held.map(({ skill, ratings }) => ({
        skill: { id: skill.id, name: skill.name, description: skill.description },
        ratings: ratings.map(({ id: ratingId, source, normalized, proficiency, more }) => {
          const { sourceLabel, remoteId, changedAt, integration } = more();
          return {
            id: ratingId,
            source,
            sourceLabel,
            normalized,
            remoteId,
            changedAt,
            pending: false,
            integration: { name: integration },
            proficiency,
          };
        }),
      }));
      const sources = (['kombo', 'imocha', 'kantata'] as const).map((provider) => ({
        integration: { name: `${provider}-main` },
        state: person.ids[provider] === null ? 'UNMATCHED' : 'FRESH',
      }));
      return {
        employee: {
          id: employee.id,
          displayName,
          givenName,
          familyName,
          workEmail,
          employeeNumber,
          jobTitle,
          status,
          startDate,
          department,
          location,
          skills: { totalCount: nodes.length, nodes, sources },
        },
      };
    },

    light() {
      const nodes = directory.people.slice(0, PAGE).map(({ employee: { displayName } }) => ({ displayName }));
      return Promise.resolve({ employees: { nodes } });
    },
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
