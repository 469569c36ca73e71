import DataLoader from 'dataloader';
import type { Integration } from '../integrations/integration.ts';

/** Which integrations a question asks. */
export interface Asking {
  /** Names; null asks all. */
  integrations: readonly string[] | null;
}

export interface FanOutOptions<Key extends Asking, Said, Answer> {
  integrations: readonly Integration[];
  /** What a question is about: asked of the same integrations again, it is put once. */
  subjectOf(key: Key): string;
  /** One question to an integration, of all keys that ask it. */
  ask(integration: Integration, keys: readonly Key[]): Promise<Said>;
  /** An answer for each key from what the integrations said, in their order; the keys ask the same ones. */
  merge(keys: readonly Key[], said: readonly Said[]): Answer[] | Promise<Answer[]>;
}

/** Answers each key once. */
export interface FanOut<Key, Answer> {
  load(key: Key): Promise<Answer>;
}

/**
 * Puts all questions of a moment to every integration at once, and has each wait only for those that it asks: what is
 * deferred because of a slow one does not hold up the rest. Questions to the same integrations are answered together, so
 * that what is asked next of a page is one question again.
 */
export function createFanOut<Key extends Asking, Said, Answer>({
  integrations,
  subjectOf,
  ask,
  merge,
}: FanOutOptions<Key, Said, Answer>): FanOut<Key, Answer> {
  // One question for all groups of a moment: their batches have all run before one that they ask for runs.
  const questions = integrations.map((integration) => ({
    name: integration.name,
    said: new DataLoader<readonly Key[], Said>(
      async (groups) => {
        const said = await ask(integration, groups.flat());
        return groups.map(() => said);
      },
      { cache: false },
    ),
  }));
  const groups = new Map<string, DataLoader<Key, Answer, string>>();
  const groupOf = (names: Asking['integrations']) => {
    const asked = questions.filter(({ name }) => !names || names.includes(name));
    return new DataLoader<Key, Answer, string>(
      async (keys) => merge(keys, await Promise.all(asked.map(({ said }) => said.load(keys)))),
      { cacheKeyFn: subjectOf },
    );
  };
  return {
    load(key) {
      const name = JSON.stringify(key.integrations);
      const known = groups.get(name);
      const group = known ?? groupOf(key.integrations);
      if (!known) groups.set(name, group);
      return group.load(key);
    },
  };
}
