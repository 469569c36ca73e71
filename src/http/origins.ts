import { isLoopback } from '../lib/loopback.ts';
import type { Log } from '../lib/log.ts';
import { HttpError } from '../domain/httpError.ts';

/** Longer ones are cut in messages and in the log; a host name has 253 characters at most. */
const LONGEST_SHOWN = 300;

/** Origins that the log names. Pages choose theirs freely, so that without a bound they could fill it. */
const MAX_LOGGED = 100;

export interface OriginRules {
  /** CORS_ORIGINS. */
  configured: readonly string[];
  /** Whether every page that this machine serves is let in: a sandbox on loopback, used by a development server beside it. */
  loopback: boolean;
  log: Pick<Log, 'warn'>;
}

/** Which web pages may ask the gateway and read its answers. */
export interface Origins {
  allows(origin: string | undefined): boolean;
  /**
   * The refusal of a page, which says how to let it in; the log says the same, once for each origin. Browsers leave the origin
   * out of a GET that a link, an image or a script makes them send.
   */
  refusal(origin: string | undefined): HttpError;
}

export function createOrigins({ configured, loopback, log }: OriginRules): Origins {
  const known = new Set(configured);
  const logged = new Set<string>();
  return {
    allows: (origin) => origin !== undefined && (known.has(origin) || (loopback && isLoopbackOrigin(origin))),
    refusal(origin) {
      if (origin === undefined) {
        return refused('A page of another site may ask by POST alone, from an origin that CORS_ORIGINS lists.');
      }
      const shown = origin.slice(0, LONGEST_SHOWN);
      if (!logged.has(shown) && logged.size < MAX_LOGGED) {
        logged.add(shown);
        log.warn({ origin: shown }, 'a web page was refused: CORS_ORIGINS does not list its origin');
      }
      return refused(`Pages of the origin ${shown} may not ask this gateway: CORS_ORIGINS does not list it.`);
    },
  };
}

const refused = (message: string) => new HttpError(403, 'CROSS_SITE_REQUEST', message);

/** Whether a page comes from this machine, from whatever port: http://localhost:5173, https://127.0.0.1, http://[::1]:8080. */
function isLoopbackOrigin(origin: string): boolean {
  const host = /^https?:\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(origin);
  return host !== null && isLoopback(host[1] ?? host[2] ?? '');
}
