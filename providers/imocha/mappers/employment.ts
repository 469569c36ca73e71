/**
 * The HR data of a record (imocha.md#upsert-request, imocha.md#employee-list): read from the list, and sent again with
 * every upsert.
 */
import type { EmployeeWrite } from '../../../src/domain/ports.ts';
import type { EmployeeRow, Employment } from '../../../src/domain/records.ts';
import { isObject, optionalDate, optionalText, type Json } from '../../../src/outbound/payload/payload.ts';
import type { RawHrmsInfo } from '../raw.ts';

/** Custom fields of a record at most, and characters of a name: a map beyond that is left unread. */
const MAX_CUSTOM_FIELDS = 200;
const LONGEST_NAME = 200;

/**
 * What the list shows of an employment. A field that it does not show is absent, and so is all where it shows nothing.
 */
export function employmentOf(raw: Json, hrms: Json): Pick<EmployeeRow, 'employment'> {
  const customFields = customFieldsOf(hrms['customFieldWithValue']);
  const employment: Employment = {
    ...shown(raw['jobCode'], (jobCode) => ({ jobCode: optionalText(jobCode) })),
    ...shown(hrms['exitDate'], (exitDate) => ({ exitDate: optionalDate(exitDate) })),
    ...shown(hrms['employmentType'], (employmentType) => ({ employmentType: optionalText(employmentType) })),
    ...shown(hrms['grade'], (grade) => ({ grade: optionalText(grade) })),
    ...shown(hrms['band'], (band) => ({ band: optionalText(band) })),
    ...(customFields === undefined ? {} : { customFields }),
  };
  return Object.keys(employment).length === 0 ? {} : { employment };
}

function shown(value: unknown, read: (value: unknown) => Employment): Employment {
  return value === undefined ? {} : read(value);
}

/** Undefined where the map is not shown or cannot be sent again as it is. Numbers and flags are read as texts. */
function customFieldsOf(map: unknown): Employment['customFields'] | undefined {
  if (map === null) return null;
  if (!isObject(map)) return undefined;
  const fields: [string, string][] = [];
  for (const [name, value] of Object.entries(map)) {
    if (value === null || value === '') continue;
    const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (name.length > LONGEST_NAME || !isText) return undefined;
    fields.push([name, String(value)]);
  }
  return fields.length > MAX_CUSTOM_FIELDS ? undefined : Object.fromEntries(fields);
}

/** The fields that a record has beside those of every provider, as written or as they are known. */
export function fromEmployment(write: EmployeeWrite): RawHrmsInfo {
  const known = write.existing?.employment;
  const exitDate = write.exitDate ?? known?.exitDate;
  const custom = { ...known?.customFields, ...write.customFields };
  return {
    exitDate: exitDate && `${exitDate}T00:00:00.000Z`,
    employmentType: write.employmentType ?? known?.employmentType,
    grade: write.grade ?? known?.grade,
    band: write.band ?? known?.band,
    ...(Object.keys(custom).length === 0 ? {} : { customFieldWithValue: custom }),
  };
}

/** Fields of an employment by the words for them. */
const WORDS = {
  jobCode: 'the job code',
  exitDate: 'the exit date',
  employmentType: 'the employment type',
  grade: 'the grade',
  band: 'the band',
  customFields: 'the custom fields',
} as const satisfies Record<keyof Employment, string>;

/** Fields of the row that a profile does not have, though the record may (imocha.md#skills-profiles). */
const PROFILE_LACKS = {
  department: 'the department',
  location: 'the location',
  managerEmail: 'the manager',
  startDate: 'the first day',
} as const satisfies Partial<Record<keyof EmployeeRow & keyof EmployeeWrite, string>>;

/**
 * Says which fields of a known record could not be sent again, because no read has shown them; null where all were.
 * Whether the upsert keeps or clears what is left out is unknown (imocha.md#upsert-rules).
 */
export function notSentAgain(write: EmployeeWrite): string | null {
  const { existing } = write;
  if (existing === null) return null;
  const { employment } = existing;
  const unread = keysOf(WORDS).filter(
    (field) => employment?.[field] === undefined && (write[field] === undefined || field === 'customFields'),
  );
  const lacking = employment ? [] : keysOf(PROFILE_LACKS);
  const words = [
    ...unread.map((field) => WORDS[field]),
    ...lacking
      .filter((field) => existing[field] === null && write[field] === undefined)
      .map((field) => PROFILE_LACKS[field]),
  ];
  if (words.length === 0) return null;
  return (
    'Sent with all that the gateway knows of the record. No read has shown ' +
    `${new Intl.ListFormat('en').format(words)}: a tenant that clears what is left out has lost them.`
  );
}

/** Why the provider, which takes first and last name apart, would lose the name; null when it would not. */
export function losesName(write: EmployeeWrite): string | null {
  const { name, givenName, familyName } = write.existing ?? { name: null, givenName: null, familyName: null };
  const isWhole = name === null || (givenName !== null && familyName !== null) || name === (givenName ?? familyName);
  if (isWhole || (write.givenName !== undefined && write.familyName !== undefined)) return null;
  return 'The provider takes first and last name apart, and of this record only the whole name is known.';
}

function keysOf<Key extends string>(words: Readonly<Record<Key, string>>): Key[] {
  return Object.keys(words) as Key[];
}
