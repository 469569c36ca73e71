/** Finds variables that are meant for the gateway and read by nobody: a typo drops a setting, or a whole provider, silently. */

/** What the gateway's own variables begin with, where no other program's are likely to; those of the providers join them. */
const OWN_PREFIXES = [
  'GATEWAY_',
  'SANDBOX_',
  'SIMULATOR_',
  'LIMIT_',
  'WEBHOOK_',
  'CORS_',
  'REQUEST_DEADLINE_',
  'PERSISTED_',
  'CONSENSUS_',
  'TASK_RETENTION_',
];

/** Read by `npm run simulator` alone. */
const OF_OTHER_PROGRAMS = ['SIMULATOR_PORT'];

/** Shorter names are too easily near another program's: HOST is two edits from HOME. */
const SHORTEST_COMPARED = 5;

export interface VariableNames {
  /** Read from the environment, by the gateway itself and by the providers. */
  read: readonly string[];
  /** The providers' among them. */
  ofProviders: readonly string[];
  /** What else is known, e.g. because a configuration file refers to it. */
  referred: ReadonlySet<string>;
}

/**
 * Looks for unknown names in an environment without blank values. A name with one of our prefixes, or two edits from a name that
 * has one, is a complaint. One that is an edit from another of our names may belong to another program, and is a warning.
 */
export function checkVariableNames(
  given: Readonly<Record<string, string | undefined>>,
  { read, ofProviders, referred }: VariableNames,
): { complaints: string[]; warnings: string[] } {
  const prefixes = [...new Set([...OWN_PREFIXES, ...ofProviders.map((name) => `${name.split('_', 1)[0]}_`)])];
  const known = new Set([...read, ...OF_OTHER_PROGRAMS, ...referred]);
  const prefixOf = (name: string) => prefixes.find((prefix) => name.startsWith(prefix));
  const ours = read.filter((name) => prefixOf(name) !== undefined);
  const others = read.filter((name) => prefixOf(name) === undefined);
  const found = { complaints: [] as string[], warnings: [] as string[] };
  for (const name of Object.keys(given)) {
    if (known.has(name) || isServiceLink(name, given)) continue;
    const upper = name.toUpperCase();
    const prefix = prefixOf(upper);
    const meant = nearest(upper, ours, 2);
    if (meant !== null) found.complaints.push(`${name} is not a variable of the gateway: did you mean ${meant}?`);
    else if (prefix !== undefined) {
      const siblings = ours.filter((each) => each.startsWith(prefix));
      const list = siblings.length > 0 ? `: those that begin with ${prefix} are ${siblings.join(', ')}` : '';
      found.complaints.push(`${name} is not a variable of the gateway${list}`);
    } else {
      const similar = nearest(name, others, 1);
      if (similar !== null && given[similar] === undefined) {
        found.warnings.push(`${name} is not a variable of the gateway: did you mean ${similar}?`);
      }
    }
  }
  return found;
}

/** What Kubernetes sets in a pod for each Service of its namespace: one that is called `gateway` brings GATEWAY_SERVICE_HOST. */
function isServiceLink(name: string, given: Readonly<Record<string, string | undefined>>): boolean {
  const service = /^(.+?)_(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_.+)?)?)$/.exec(
    name,
  )?.[1];
  return service !== undefined && given[`${service}_SERVICE_HOST`] !== undefined;
}

/** The candidate with the fewest edits, at most so many; null where there is none. */
function nearest(name: string, candidates: readonly string[], most: number): string | null {
  let best: { candidate: string; edits: number } | null = null;
  for (const candidate of candidates) {
    if (candidate.length < SHORTEST_COMPARED || Math.abs(candidate.length - name.length) > most) continue;
    const edits = editsBetween(name, candidate);
    if (edits <= most && (best === null || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate ?? null;
}

/** Letters inserted, removed, replaced, or swapped with their neighbour (optimal string alignment). */
function editsBetween(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = one[row - 1] === other[column - 1] ? 0 : 1;
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + replaced,
        row > 1 && column > 1 && isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}
