import { GivenUp } from '../../domain/problem.ts';

/** A request that the gateway itself held back: the provider has not heard of it. */
export class NotSent extends GivenUp {}

/** That the time of a call was over before its request could go out. `waitedFor` ends the sentence. */
export function outOfTime(waitedFor: string): NotSent {
  return new NotSent('TIMEOUT', `The request's time was over while it waited for ${waitedFor}.`);
}
