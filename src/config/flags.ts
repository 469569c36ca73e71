import { parseArgs } from 'node:util';

/** What the program is asked on its command line. */
export interface Flags {
  help: boolean;
  version: boolean;
  /** In place of ROLES; null where the environment decides. */
  roles: string | null;
}

/** Reads the arguments behind the program's name; null where one is unknown. It is not quoted, since it may be a secret. */
export function readFlags(args: readonly string[]): Flags | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
        roles: { type: 'string' },
      },
    });
    return { help: values.help, version: values.version, roles: values.roles ?? null };
  } catch {
    return null;
  }
}
