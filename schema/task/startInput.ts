/** What the inputs of all writes describe alike. */
export const IDEMPOTENCY_KEY =
  'Makes a repetition safe for 24 hours: same key and input answer the same task. Null: every call is a new task.';
export const SAME_IDEMPOTENCY_KEY = 'As in `AssignSkillsInput`.';
export const VALIDATE_ONLY = 'Only check: no task, only `userErrors`.';
export const SAME_KEY = 'As in `AssignSkillItem`.';
export const WHERE = 'Where, by `Integration.name`.';
