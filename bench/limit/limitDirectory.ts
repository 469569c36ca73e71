/** What the limit keeps in memory: the same directory as the gateway's, turned into the plainest form for its answers. */
import { readConfig } from '../../src/config/environment.ts';
import { Directory } from '../../src/directory/directory.ts';
import { fullSync } from '../../src/directory/sync/fullSync.ts';
import type { Employee } from '../../src/domain/entities.ts';
import type { ProficiencyOption, Scale } from '../../src/domain/rating.ts';
import type { SkillAt } from '../../src/directory/skills/skillView.ts';
import { CARDS, connectIntegrations } from '../../src/app/integrations.ts';

/** A skill as a rating of one provider names it. */
export interface KnownSkill {
  id: string;
  name: string;
  description: string | null;
  rank: number;
  scale: Scale | null;
  /** Place of each option on the scale, by id. */
  options: Map<string, { option: ProficiencyOption; place: number }>;
}

export interface KnownPerson {
  employee: Employee;
  /** The remote id in each provider; null where it knows no record. */
  ids: { kombo: string | null; imocha: string | null; kantata: string | null };
}

export interface LimitDirectory {
  /** In the order of the list. */
  people: readonly KnownPerson[];
  byId: ReadonlyMap<string, KnownPerson>;
  /** By the provider's own id. */
  kombo: ReadonlyMap<string, KnownSkill>;
  kantata: ReadonlyMap<string, KnownSkill>;
  /** By the id of a profile's skill. */
  imocha: ReadonlyMap<string, KnownSkill>;
}

/** Fills the directory once, by the gateway's own walk; nothing of this is measured. */
export async function readDirectory(environment: Record<string, string | undefined>): Promise<LimitDirectory> {
  const connected = connectIntegrations(readConfig(environment, CARDS).integrations, {
    limits: { requestsPerSecond: null },
  });
  const directory = new Directory(connected.integrations);
  const signal = new AbortController().signal;
  await Promise.all(connected.integrations.map((integration) => fullSync({ directory, integration, signal })));
  await connected.close();

  const people = directory.employees.all.map((employee) => {
    const idIn = (name: string) =>
      employee.records.find(({ integration }) => integration === name)?.row.remoteId ?? null;
    return { employee, ids: { kombo: idIn('kombo-main'), imocha: idIn('imocha-main'), kantata: idIn('kantata-main') } };
  });
  const skillsOf = (
    integration: string,
    keysOf: (remoteId: string, aliases: readonly string[]) => readonly string[],
  ) => {
    const known = new Map<string, KnownSkill>();
    for (const skill of directory.skills.all) {
      for (const { integration: name, row } of skill.records) {
        const at = name === integration ? directory.skills.byRecord(integration, row.remoteId) : null;
        if (at) for (const key of keysOf(row.remoteId, row.aliases)) known.set(key, toKnown(at));
      }
    }
    return known;
  };
  return {
    people,
    byId: new Map(people.map((person) => [person.employee.id, person])),
    kombo: skillsOf('kombo-main', (id) => [id]),
    kantata: skillsOf('kantata-main', (id) => [id]),
    imocha: skillsOf('imocha-main', (id, aliases) => [
      ...aliases.filter((alias) => alias.startsWith('skill:')).map((alias) => alias.slice('skill:'.length)),
      // Skills that only profiles know are records of their own.
      ...(id.startsWith('profile:') ? [id.slice('profile:'.length)] : []),
    ]),
  };
}

function toKnown({ skill, scale, rank }: SkillAt): KnownSkill {
  const { id, name, description } = skill;
  const options = scale?.kind === 'singleSelect' ? scale.options : [];
  return {
    id,
    name,
    description,
    rank,
    scale,
    options: new Map(options.map((option, place) => [option.optionId, { option, place }])),
  };
}
