/** The vendor's shapes and numbers; kombo.md says where each comes from. */

/**
 * Paths below the base URL. That of an assignment's task is assumed by pattern (kombo.md#tasks): it hangs on this table
 * alone.
 */
export const PATHS = {
  employees: '/hris/employees',
  employee: (id: string) => `/hris/employees/${encodeURIComponent(id)}`,
  skills: '/hris/skills',
  skillsBulk: '/hris/skills/bulk',
  skillsBulkTask: (taskId: string) => `/hris/skills/bulk/${encodeURIComponent(taskId)}`,
  ratings: '/hris/skill-proficiency-ratings',
  staffingEntities: '/hris/staffing-entities',
  assignments: '/hris/employee-skill-assignments',
  assignmentTask: (taskId: string) => `/hris/employee-skill-assignments/${encodeURIComponent(taskId)}`,
} as const;

/** Largest page (kombo.md#paging). */
export const PAGE_SIZE = 250;

/** Ids in one comma list; the vendor states no maximum (kombo.md#filters). */
export const IDS_PER_CALL = 100;

export interface RawOption {
  id: string;
  remote_id: string | null;
  name: string;
}

/** kombo.md#proficiency-scales */
export type RawScale =
  | { id: string; remote_id: string; type: 'NUMERIC'; min: number | null; max: number | null; step: number | null }
  | { id: string; remote_id: string; type: 'SINGLE_SELECT'; ordered_options: RawOption[] };

/**
 * How a rating carries its value (kombo.md#ratings): with all options, the newest without them, and the one by names.
 */
export type RawProficiency =
  | { type: 'NUMERIC'; value: number }
  | { type: 'SINGLE_SELECT'; options?: RawOption[]; selected_option_id: string }
  | { type: 'SINGLE_SELECT'; ordered_options: string[]; value: string };

export interface RawSkill {
  id: string;
  remote_id: string;
  name: string | null;
  description: string | null;
  proficiency_scale?: RawScale | null;
  changed_at: string;
  remote_deleted_at: string | null;
  remote_data: null;
}

export interface RawRating {
  id: string;
  remote_id: string | null;
  employee_id: string;
  skill_id: string;
  proficiency: RawProficiency | null;
  rating_source: string;
  changed_at: string;
  remote_deleted_at: string | null;
}

/** The error of an answer and that inside a task (kombo.md#errors, kombo.md#tasks). */
export interface RawError {
  code: string | null;
  title: string | null;
  message: string;
  log_url: string | null;
}

/** Body of a rating write: flat, or nested in the newest documentation (kombo.md#rating-writes). */
export type RawRatingWrite =
  | { employee_id: string; skill_id: string; proficiency?: number | string }
  | {
      employee_id: string;
      skill_id: string;
      rating: { rating_source: 'EXTERNAL'; proficiency?: number | string };
    };

/** Body of an assignment (kombo.md#assignments); the key of the selected option is assumed (kombo.md#assignments). */
export interface RawAssignmentWrite {
  employee_id: string;
  skill_id: string;
  proficiency?: { type: 'NUMERIC'; value: number } | { type: 'SINGLE_SELECT'; selected_option_id: string };
}

/** A skill of one's own, found again by `origin_id` (kombo.md#managed-skills). */
export interface RawSkillWrite {
  origin_id: string;
  name: string;
  status?: 'ACTIVE' | 'INACTIVE';
}

/** Skills in one bulk call; the vendor states no maximum (kombo.md#skills-in-bulk). */
export const SKILLS_PER_CALL = 100;

/** The part of an employee's creation that the gateway fills (kombo.md#employee-writes). */
export interface RawEmployeeWrite {
  first_name?: string | undefined;
  last_name?: string | undefined;
  work_email: string;
  job_title?: string | undefined;
  start_date?: string | undefined;
}
