/** A Dockerfile as far as the tests need it: its stages with their instructions, continued lines joined. */
export interface Stage {
  name: string | null;
  image: string;
  instructions: { name: string; value: string }[];
}

/** Reads a Dockerfile without heredocs and parser directives. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = name === 'FROM' ? /^(\S+)(?: AS (\S+))?$/.exec(value) : null;
    if (from) stages.push({ image: from[1] ?? '', name: from[2] ?? null, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, value });
  }
  return stages;
}

/** What a stage copies: from the stage named, or from the folder of the Dockerfile. */
export function copiesOf(stage: Stage): { from: string | null; sources: string[]; target: string }[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ value }) => {
      const words = value.split(/\s+/);
      const from = words[0]?.startsWith('--from=') ? (words.shift()?.slice('--from='.length) ?? null) : null;
      return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
    });
}
