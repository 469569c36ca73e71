import type { Deadline } from '../../src/domain/deadline.ts';
import { requestCall, type RequestCall } from '../../src/loaders/requestCall.ts';
import { EVERYBODY } from '../../src/auth/authenticator.ts';

/** The call of a request that has this long. */
export function callOf(deadline: Deadline): RequestCall {
  return requestCall({ viewer: EVERYBODY, deadline });
}
