import { withSwitches } from '../../../src/simulator/simulator.ts';

/** How the simulator behaves where the sheet leaves it open or real tenants differ. The defaults are the seed's variants. */
export interface Switches {
  /** `employee_ids` and `skill_ids` of the ratings list: honoured, ignored (all rows), or filtering everything out (U7). */
  ratingsFilter: 'honoured' | 'ignored' | 'empty';
  /** The body that a rating's write must have: either (section 20 item 7), or one generation's alone (C1). */
  ratingBody: 'either' | 'flat' | 'nested';
  /** An assignment answers with a task (G3, the seed) or at once with a row in the form of G2 (C2). */
  assignmentMode: 'async' | 'sync';
  /** How long a task stays PENDING. */
  taskMilliseconds: number;
  /** So many of the next tasks end FAILED; counts down. */
  failingTasks: number;
  /** Share of tasks that end FAILED, 0 to 1. */
  failingTaskShare: number;
  /** The code in a FAILED task. */
  taskFailureCode: string;
  /** What a COMPLETED task carries: the rating row, an array of one item around it, or its id alone (U2). */
  taskPayload: 'row' | 'item' | 'id';
  /** The source under which writes are recorded; systems without a surface of their own use another (section 10.4). */
  recordUnderSource: string;
  setupState: 'READY' | 'SETUP_SYNC_PENDING' | 'LEGACY_503' | 'SETUP_INCOMPLETE' | 'QA_FAILED' | 'INACTIVE';
  /** `off`: 404, as at a tenant whose tool has no catalogue. */
  skillsEndpoint: 'on' | 'off';
  /** The doors of the catalogue's writes; `off`: not available for the tool. */
  managedSkills: 'on' | 'off';
  bulkSkills: 'on' | 'off';
  /** So many of the next items are left out of their task's result; counts down. */
  silentItems: number;
  /** How long until the next sync with the connected system, which archives inactive skills; typically 3 h (section 8.1). */
  syncMilliseconds: number;
  /** `off`: known employees cannot be updated, as at all but three tools (section 14.2). */
  employeePatch: 'on' | 'off';
  /** `off`: 404, as at a tenant whose tool has no positions. */
  staffingEndpoint: 'on' | 'off';
  /** Whether staffing entities carry `skills`, which came on 2026-07-21 (section 9.7). */
  staffingSkills: 'on' | 'off';
  /** Whether 429 carries Retry-After, which no page of the vendor mentions (section 5.1). */
  retryAfter: 'on' | 'off';
  /** Whether catalogue rows carry `proficiency_scale` (G5) or not (G4). */
  scaleInSkill: 'on' | 'off';
  /** Whether rating rows repeat all options (G4, the seed) or name the selected one alone (G5). */
  optionsInRating: 'on' | 'off';
  /** How long a write holds its place among those in flight. */
  actionMilliseconds: number;
}

const DEFAULTS: Switches = {
  ratingsFilter: 'honoured',
  ratingBody: 'either',
  assignmentMode: 'async',
  taskMilliseconds: 1_500,
  failingTasks: 0,
  failingTaskShare: 0,
  taskFailureCode: 'INTEGRATION.AUTHENTICATION_INVALID',
  taskPayload: 'row',
  recordUnderSource: 'EXTERNAL',
  setupState: 'READY',
  skillsEndpoint: 'on',
  managedSkills: 'on',
  bulkSkills: 'on',
  silentItems: 0,
  syncMilliseconds: 3 * 3_600_000,
  employeePatch: 'off',
  staffingEndpoint: 'on',
  staffingSkills: 'on',
  retryAfter: 'off',
  scaleInSkill: 'on',
  optionsInRating: 'on',
  actionMilliseconds: 0,
};

/** The defaults with the given ones laid over; throws on an unknown name. */
export function switchesOf(given: Record<string, unknown> | undefined): Switches {
  return withSwitches('kombo', DEFAULTS, given);
}
