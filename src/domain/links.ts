/** People's decisions about records: that two are one, or that they are not. They win over every rule. */

/** A record, named as inputs name it. */
export interface RecordName {
  integration: string;
  remoteId: string;
}

/** One decision about two records of one kind; the later of two about the same pair counts. */
export interface Link {
  kind: 'employee' | 'skill';
  /** `joined`: one and the same. `parted`: two different ones, whatever the rules say. */
  verdict: 'joined' | 'parted';
  a: RecordName;
  b: RecordName;
  /** Who decided: the client's name, or `unknown` where access is open. */
  by: string;
  /** RFC 3339, UTC. */
  at: string;
  note: string | null;
}
