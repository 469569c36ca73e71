import { readFileSync } from 'node:fs';

/** Where a value is found that is not in the configuration file itself. */
export type Reference = { env: string } | { file: string };

/** Where references lead, and what does not get there. */
export interface References {
  /** The value; null after a complaint under this path. */
  read(setting: string | Reference, path: string): string | null;
}

/** Reads references from an environment and from files, without blanks around. Complaints show no value. */
export function createReferences(
  environment: Record<string, string | undefined>,
  complain: (path: string, complaint: string) => void,
): References {
  const ofVariable = (name: string, path: string): string | null => {
    const value = environment[name]?.trim() ?? '';
    if (value !== '') return value;
    complain(path, `names the variable ${name}, which is not set`);
    return null;
  };
  const ofFile = (name: string, path: string): string | null => {
    try {
      const value = readFileSync(name, 'utf8').trim();
      if (value !== '') return value;
      complain(path, 'names a file that is empty');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      complain(path, `names a file that cannot be read (${code})`);
    }
    return null;
  };
  return {
    read(setting, path) {
      if (typeof setting === 'string') return setting;
      return 'env' in setting ? ofVariable(setting.env, path) : ofFile(setting.file, path);
    },
  };
}
