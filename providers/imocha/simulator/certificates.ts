import { isObject, optionalText, type Json } from '../../../src/outbound/payload/payload.ts';
import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { answerOf, badInput, refusalOf } from './answers.ts';
import { jsonOf } from './pages.ts';
import { decode, employeeBy, type SimulatorData } from './reads.ts';
import type { StoredEmployee } from './store.ts';
import { foldedKey } from '../../../src/domain/matching/letters.ts';

/** How well a certificate's holder masters its skills, of 1. */
const CERTIFIED_LEVEL = 0.8;

interface Pending {
  dueAt: number;
  employee: StoredEmployee;
  skillIndex: number;
}

/** Takes certificates and turns them into skills later (imocha.md#certificates). */
export class Certificates {
  readonly #data: SimulatorData;
  /** Skills on their way to a profile, in the order of their coming. */
  #pending: Pending[] = [];

  constructor(data: SimulatorData) {
    this.#data = data;
  }

  /** Accepts an array for one employee, whom it does not enrol. */
  post({ request, effect }: Handling, parameter: string, now: number): SimResponse {
    const { store, switches } = this.#data;
    const certificates = jsonOf(request.body);
    if (!Array.isArray(certificates)) return badInput({ $: ['The body is no array.'] });
    const complaints = (certificates as unknown[]).flatMap((certificate, index) => complaintsOf(certificate, index));
    if (complaints.length > 0) return badInput(Object.fromEntries(complaints));
    const external = store.byExternalId(decode(parameter));
    const employee = switches.certificateIds === 'external' ? external : employeeBy(parameter, store);
    if (!employee) return refusalOf(404);
    for (const certificate of certificates as Json[]) {
      const title = optionalText(certificate['title']) ?? '';
      for (const skillIndex of this.#skillsOf(title)) {
        this.#pending.push({ dueAt: now + switches.certificateMilliseconds, employee, skillIndex });
      }
      effect({ kind: 'certificate', key: `${employee.employeeId}|${title}`, change: 'created' });
    }
    return answerOf({}, switches.contentType, 201);
  }

  /** Brings the skills that are due onto their profiles. */
  settle(now: number): void {
    const due = this.#pending.filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter(({ dueAt }) => dueAt > now);
    for (const { dueAt, employee, skillIndex } of due) {
      const holding = { personIndex: -1, skillIndex, level: CERTIFIED_LEVEL, systems: ['talent'] as const };
      this.#data.store.addHolding(employee, holding, dueAt);
    }
  }

  /** Skills that a title names; many certificates name none. */
  #skillsOf(title: string): number[] {
    const words = foldedKey(title).split(/[\s,;:()]+/);
    return this.#data.taxonomy.entries
      .filter(({ skill }) => words.includes(foldedKey(skill.names.talent ?? skill.name)))
      .map(({ skill }) => skill.index);
  }
}

function complaintsOf(certificate: unknown, index: number): [string, string[]][] {
  if (!isObject(certificate)) return [[`[${index}]`, ['No object.']]];
  const complaints: [string, string[]][] = [];
  if (optionalText(certificate['title']) === null) complaints.push([`[${index}].title`, ['Required.']]);
  if (typeof certificate['isStandardCertificate'] !== 'boolean') {
    complaints.push([`[${index}].isStandardCertificate`, ['Required.']]);
  }
  for (const field of ['issuer', 'validTill', 'licenseNumber']) {
    const value = certificate[field];
    if (value !== undefined && typeof value !== 'string') complaints.push([`[${index}].${field}`, ['No text.']]);
  }
  return complaints;
}
