import { GraphQLError } from 'graphql';
import { ownerOf, type Viewer } from '../domain/access.ts';
import { HttpError } from '../domain/httpError.ts';

/** The reason with which a stream ends whose reader is let in no more. */
export class AccessWithdrawn extends Error {
  override readonly name = 'AccessWithdrawn';
}

/** What a watcher is told then. */
export function accessWithdrawn(): GraphQLError {
  return new GraphQLError('The key or token this was asked with counts no more.', {
    extensions: { code: 'UNAUTHENTICATED', reason: 'withdrawn' },
  });
}

interface Watched {
  authorization: string | undefined;
  viewer: Viewer;
  end: () => void;
}

/** What goes on for long and ends once the rules it was let in by are replaced by others that would not. */
export class AccessWatch {
  readonly #viewerOf: (authorization: string | undefined) => Viewer | Promise<Viewer>;
  readonly #watched = new Set<Watched>();

  constructor(viewerOf: (authorization: string | undefined) => Viewer | Promise<Viewer>) {
    this.#viewerOf = viewerOf;
  }

  /** Answers how to let go. `isOld` says that the rules changed since the viewer was found. */
  watch(authorization: string | undefined, viewer: Viewer, isOld: boolean, end: () => void): () => void {
    const watched = { authorization, viewer, end };
    this.#watched.add(watched);
    if (isOld) void this.#check(watched);
    return () => this.#watched.delete(watched);
  }

  /** The rules are others now. */
  rulesChanged(): void {
    for (const watched of this.#watched) void this.#check(watched);
  }

  async #check(watched: Watched): Promise<void> {
    try {
      if (mayAsMuch(watched.viewer, await this.#viewerOf(watched.authorization))) return;
    } catch (error) {
      // An issuer that does not answer now has not said no; the next event of a tenant that is gone is refused anyway.
      if (!(error instanceof HttpError) || error.status !== 401) return;
    }
    if (this.#watched.delete(watched)) watched.end();
  }
}

/** Whether they are the same, and nothing was taken away. */
function mayAsMuch(before: Viewer, now: Viewer): boolean {
  const isSame =
    before.tenant === now.tenant &&
    ownerOf(before) === ownerOf(now) &&
    before.person?.workEmail === now.person?.workEmail;
  return isSame && (now.scopes.has('admin') || [...before.scopes].every((scope) => now.scopes.has(scope)));
}
