/** What every provider's folder holds, so that who knows one knows them all. */
const FILES = [
  'settings.ts',
  'client.ts',
  'raw.ts',
  'errors.ts',
  'contract.ts',
  'mappers/mappers.ts',
  'reads/reads.ts',
  'writes/writes.ts',
  'simulator/simulator.ts',
];

/** The files that a provider's folder lacks; `files` are all paths below `providers/`. */
export function lackingFiles(name: string, files: ReadonlySet<string>): string[] {
  return [`${name}.ts`, ...FILES].map((file) => `${name}/${file}`).filter((path) => !files.has(path));
}
