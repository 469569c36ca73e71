/** Follows a task over as many connections as it takes, with whichever library. */

/** What a followed subscription asks for at least. */
export interface TaskUpdate {
  state: string;
  revision: number;
}

const FINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

/**
 * Every update after those seen, to the final one. `watch` subscribes to `taskUpdated` once, from a revision on; what it
 * throws is thrown on where `isRefusal` says that trying again is no use. `pause` waits between two tries.
 */
export async function* followTask<Update extends TaskUpdate>(
  watch: (afterRevision: number | null) => AsyncIterable<Update>,
  isRefusal: (error: unknown) => boolean,
  pause: (tries: number) => Promise<void>,
): AsyncGenerator<Update, void> {
  let seen: number | null = null;
  for (let tries = 0; ; tries += 1) {
    try {
      for await (const update of watch(seen)) {
        seen = update.revision;
        tries = 0;
        yield update;
        if (FINAL.has(update.state)) return;
      }
    } catch (error) {
      if (isRefusal(error)) throw error;
    }
    await pause(tries);
  }
}
