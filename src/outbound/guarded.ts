/** Reports an error that an observer threw: the observer's name, and what it threw. */
export type ReportThrow = (hook: string, error: unknown) => void;

/**
 * The same function, which never throws: an error goes to `report`, and the answer is undefined. For functions that only
 * observe, because the answer of a provider must not depend on who is watching.
 */
export function guarded<Given extends unknown[], Result>(
  hook: string,
  observe: (...given: Given) => Result,
  report: ReportThrow | undefined,
): (...given: Given) => Result | undefined {
  return (...given) => {
    try {
      return observe(...given);
    } catch (error) {
      try {
        report?.(hook, error);
      } catch {
        // There is nobody left to tell.
      }
      return undefined;
    }
  };
}
