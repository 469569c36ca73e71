/** What a caller can correct in an input; the codes are those of the graph's UserErrorCode. */
export const USER_ERROR_CODES = [
  'INVALID',
  'INVALID_COUNT',
  'DUPLICATE',
  'NOT_FOUND',
  'AMBIGUOUS',
  'OUT_OF_RANGE',
  'OFF_STEP',
  'UNKNOWN_OPTION',
  'WRONG_SCALE',
  'NOT_RATABLE',
  'UNSUPPORTED',
  'NO_TARGET',
  'IDEMPOTENCY_KEY_REUSED',
  'NOT_RETRYABLE',
] as const;
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

export interface UserError {
  code: UserErrorCode;
  message: string;
  /** From the argument down, list positions as digits: input, items, 3, proficiency, numeric. */
  field: string[];
}

/** Collects complaints under a path, so that all of them are answered at once. */
export class Complaints {
  readonly all: UserError[];
  readonly #path: readonly string[];

  constructor(path: readonly string[], all: UserError[] = []) {
    this.#path = path;
    this.all = all;
  }

  /** The same collection one level down. */
  at(...path: readonly (string | number)[]): Complaints {
    return new Complaints([...this.#path, ...path.map(String)], this.all);
  }

  add(code: UserErrorCode, message: string): null {
    this.all.push({ code, message, field: [...this.#path] });
    return null;
  }
}
