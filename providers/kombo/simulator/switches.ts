import { withSwitches } from '../../../src/simulator/simulator.ts';

/**
 * How the simulator behaves where kombo.md leaves it open or real tenants differ. The defaults are the fourth
 * generation (kombo.md#generations).
 */
export interface Switches {
  /**
   * `employee_ids` and `skill_ids` of the ratings list: honoured, ignored (all rows), or filtering everything out
   * (kombo.md#filters).
   */
  ratingsFilter: 'honoured' | 'ignored' | 'empty';
  /**
   * The body that a rating's write must have: either, or one generation's alone (kombo.md#rating-writes).
   */
  ratingBody: 'either' | 'flat' | 'nested';
  /**
   * An assignment answers with a task, or at once with a row of the second generation (kombo.md#assignments).
   */
  assignmentMode: 'async' | 'sync';
  /** How long a task stays PENDING. */
  taskMilliseconds: number;
  /** So many of the next tasks end FAILED; counts down. */
  failingTasks: number;
  /** Share of tasks that end FAILED, 0 to 1. */
  failingTaskShare: number;
  /** The code in a FAILED task. */
  taskFailureCode: string;
  /**
   * What a COMPLETED task carries: the rating row, an array of one item around it, or its id alone (kombo.md#tasks).
   */
  taskPayload: 'row' | 'item' | 'id';
  /**
   * The source under which writes are recorded; systems without a surface of their own use another
   * (kombo.md#rating-sources).
   */
  recordUnderSource: string;
  setupState: 'READY' | 'SETUP_SYNC_PENDING' | 'LEGACY_503' | 'SETUP_INCOMPLETE' | 'QA_FAILED' | 'INACTIVE';
  /** `off`: 404, as at a tenant whose tool has no catalogue. */
  skillsEndpoint: 'on' | 'off';
  /** The doors of the catalogue's writes; `off`: not available for the tool. */
  managedSkills: 'on' | 'off';
  bulkSkills: 'on' | 'off';
  /** So many of the next items are left out of their task's result; counts down. */
  silentItems: number;
  /**
   * How long until the next sync with the connected system, which archives inactive skills; typically 3 h
   * (kombo.md#sync).
   */
  syncMilliseconds: number;
  /** `off`: known employees cannot be updated, as at all but three tools (kombo.md#employee-writes). */
  employeePatch: 'on' | 'off';
  /** `off`: 404, as at a tenant whose tool has no positions. */
  staffingEndpoint: 'on' | 'off';
  /** Whether staffing entities carry `skills`, which came on 2026-07-21 (kombo.md#staffing-entities). */
  staffingSkills: 'on' | 'off';
  /** Whether 429 carries Retry-After, which no page of the vendor mentions (kombo.md#rate-limit). */
  retryAfter: 'on' | 'off';
  /** Whether catalogue rows carry `proficiency_scale`, as in the fifth generation, or not (kombo.md#generations). */
  scaleInSkill: 'on' | 'off';
  /**
   * Whether rating rows repeat all options, or name the selected one alone as in the fifth generation
   * (kombo.md#ratings).
   */
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
