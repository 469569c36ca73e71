import type { Directory } from '../../directory/directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { SkillField, SkillWrite, UpsertSkillsPort } from '../../domain/ports.ts';
import type { SkillRow } from '../../domain/records.ts';
import { skillNameKey } from '../../domain/matching/skillMatch.ts';
import { checkKey, checkTexts, known, Once, usable } from './targets.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

export interface UpsertSkillItem {
  key?: string | null | undefined;
  /** The integration's name. */
  integration: string;
  /** The caller's stable id of the skill. */
  externalId: string;
  name: string;
  description?: string | null | undefined;
  category?: string | null | undefined;
  rated?: boolean | null | undefined;
  active?: boolean | null | undefined;
}

/** Creates skills or updates those with the same external id or name, each in the integration it names. */
export function upsertSkills(
  input: WriteInput<UpsertSkillItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('UPSERT_SKILLS', input, writer, dependencies, plan);
}

const FIELDS = [
  'externalId',
  'name',
  'description',
  'category',
  'rated',
  'active',
] as const satisfies readonly SkillField[];

function plan(items: readonly UpsertSkillItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const once = new Once();
  const keys = new Set<string>();
  const externalIds = new ExternalIds(directory);
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    checkKey(item.key, keys, at);
    checkTexts(item, ['externalId', 'name', 'description', 'category'], at);
    const repeated = once.repeats(
      item.integration,
      [
        ['externalId', item.externalId],
        ['name', skillNameKey(item.name) ?? item.name],
      ],
      at,
    );
    const integration = known(directory, item.integration, at.at('integration'));
    const port = integration && usable(integration, 'upsertSkills', at.at('integration'));
    if (!integration || !port) return [];
    const existing = existingRecord(item, integration, directory, externalIds, at);
    if (existing === 'several') return [];
    checkFields(item, existing, integration, port, at);
    if (existing && !repeated) once.record(integration.name, existing.remoteId, at);
    return {
      index,
      key: item.key ?? null,
      integration: integration.name,
      work: { operation: 'upsertSkills' as const, write: writeOf(item, existing) },
      conversion: null,
      warnings: [],
    };
  });
}

/** Records of an integration by the id that they have in the system behind it; looked through once an input. */
class ExternalIds {
  readonly #directory: Directory;
  #rows: Map<string, SkillRow[]> | null = null;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  find(integration: string, externalId: string): readonly SkillRow[] {
    this.#rows ??= this.#read();
    return this.#rows.get(JSON.stringify([integration, externalId])) ?? [];
  }

  #read(): Map<string, SkillRow[]> {
    const rows = new Map<string, SkillRow[]>();
    for (const { records } of this.#directory.skills.all) {
      for (const { integration, row } of records) {
        if (row.sourceId === null) continue;
        const key = JSON.stringify([integration, row.sourceId]);
        const others = rows.get(key);
        if (others) others.push(row);
        else rows.set(key, [row]);
      }
    }
    return rows;
  }
}

/** The record under the external id, else under the name; null for none, `several` with a complaint. */
function existingRecord(
  item: UpsertSkillItem,
  { name: integration }: Integration,
  directory: Directory,
  externalIds: ExternalIds,
  complaints: Complaints,
): SkillRow | null | 'several' {
  const byId = externalIds.find(integration, item.externalId);
  const found = byId.length > 0 ? byId : rowsNamed(item.name, integration, directory);
  const [row = null] = found;
  if (found.length < 2) return row;
  complaints
    .at(byId.length > 0 ? 'externalId' : 'name')
    .add('AMBIGUOUS', `${integration} has several skills under this value.`);
  return 'several';
}

function rowsNamed(name: string, integration: string, directory: Directory): SkillRow[] {
  const key = skillNameKey(name);
  return directory.skills
    .byName(name)
    .flatMap(({ records }) => records)
    .filter((record) => record.integration === integration && skillNameKey(record.row.name) === key)
    .map(({ row }) => row);
}

function checkFields(
  item: UpsertSkillItem,
  existing: SkillRow | null,
  { name }: Integration,
  port: UpsertSkillsPort,
  complaints: Complaints,
): void {
  if (existing === null && !port.creates) {
    complaints.at('externalId').add('UNSUPPORTED', `${name} has no such skill and cannot create one.`);
  } else if (existing !== null && !port.updates) {
    complaints.at('externalId').add('UNSUPPORTED', `${name} has this skill and cannot update one.`);
  }
  for (const field of FIELDS) {
    const isGiven = (item[field] ?? null) !== null;
    if (isGiven && !port.fields.includes(field)) {
      complaints.at(field).add('UNSUPPORTED', `${name} does not store this.`);
    } else if (!isGiven && existing === null && port.creates && port.required.includes(field)) {
      complaints.at(field).add('INVALID', `${name} creates no skill without this.`);
    }
  }
}

function writeOf(item: UpsertSkillItem, existing: SkillRow | null): SkillWrite {
  return {
    externalId: item.externalId,
    name: item.name,
    description: item.description ?? undefined,
    category: item.category ?? undefined,
    rated: item.rated ?? undefined,
    active: item.active ?? undefined,
    existing,
  };
}
