/** How a fault shows. `vendor` names one of the provider's own. */
export type FaultShape =
  | { kind: 'latency'; milliseconds: number }
  /** Broken off before the request was handled. */
  | { kind: 'reset' }
  /** Handled, and the answer lost. */
  | { kind: 'answerLost' }
  | { kind: 'hang' }
  /** Handled, and the answer ends half way without the connection being closed. */
  | { kind: 'stall' }
  /** Handled, and the answer goes on for ever, a blank at a time. */
  | { kind: 'drip' }
  /** Handled, and the answer filled up with blanks to so many bytes. */
  | { kind: 'pad'; bytes: number }
  /** The body's second half is missing. */
  | { kind: 'truncate' }
  | { kind: 'contentType'; value: string }
  | { kind: 'emptyBody' }
  /** Refused with this status in the vendor's own error shape, or with `body` as it is. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Replaces the value at a path of the JSON answer, * standing for any key; undefined removes it. */
  | { kind: 'drift'; path: string; value?: unknown }
  | { kind: 'vendor'; name: string };

export interface Fault {
  shape: FaultShape;
  /** Which calls; all when left out. `path` is a regular expression over the path without base. */
  method?: string;
  path?: string;
  /** How many calls are hit; unlimited when left out. */
  times?: number;
  /** Share of matching calls, 0 to 1; 1 when left out. */
  share?: number;
}
