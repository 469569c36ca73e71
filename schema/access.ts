/** What a type or a field asks of the viewer, said beside it; `src/auth/scopeCheck.ts` holds documents to it before they run. */
import { GraphQLError } from 'graphql';
import { findEmployee } from '../src/directory/lookup.ts';
import { OWN_RATINGS, permits, type AccessExtensions, type Scope, type Viewer } from '../src/domain/access.ts';
import type { Employee } from '../src/domain/entities.ts';
import type { GatewayContext } from '../src/context.ts';

/** On an object type: whatever shows one of it needs the scope. On a field: whoever selects it does. */
export function needs(scope: Scope): AccessExtensions {
  return { scopes: [scope] };
}

/** One of several will do. */
export function needsOneOf(...scopes: readonly Scope[]): AccessExtensions {
  return { scopes };
}

/** A field whose ratings one may read with OWN_RATINGS, too; its resolver asks `mayReadRatings`. */
export const ownAllowed: AccessExtensions = { own: true };

/** A field of an interface or union about whose objects somebody else asks: its resolver, or the type around it. */
export const checkedByType: AccessExtensions = { checkedByType: true };

/** The refusal of what lacks a scope. */
export function forbidden(scope: Scope): GraphQLError {
  return new GraphQLError(`This needs the scope ${scope}.`, { extensions: { code: 'FORBIDDEN', scope } });
}

/** Throws FORBIDDEN unless the viewer has the scope: for what a document does not tell, such as the values of variables. */
export function demand(viewer: Pick<Viewer, 'scopes'>, scope: Scope): void {
  if (!permits(viewer, scope)) throw forbidden(scope);
}

/**
 * The personal rule: with OWN_RATINGS alone one reads the ratings of exactly the employee whose work e-mail is one's own,
 * and of nobody where several share the address. Throws FORBIDDEN otherwise.
 */
export function mayReadRatings({ id }: Employee, { viewer, directory }: Pick<GatewayContext, 'viewer' | 'directory'>) {
  if (permits(viewer, 'ratings:read')) return;
  const { person, scopes } = viewer;
  if (person && scopes.has(OWN_RATINGS)) {
    const found = findEmployee(directory, { workEmail: person.workEmail });
    if (found.state === 'found' && found.value.id === id) return;
  }
  throw forbidden('ratings:read');
}
