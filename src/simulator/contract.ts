import type { WritePortName } from '../domain/operations.ts';
import type { FaultShape } from './faults.ts';

/** The ports as the contract suite names them. */
export type PortName =
  'employees' | 'skills' | 'ratings' | 'ratingsByEmployees' | 'ratingsBySkills' | 'ratingByParts' | WritePortName;

/** The same provider set up in another way, under which some of its writes go elsewhere. */
export interface ContractVariant {
  name: string;
  /** Over the settings that reach the simulator. */
  settings: Record<string, string>;
  switches: Record<string, unknown>;
  /** The writes that the suite tries again, each with its paths. */
  paths: Partial<Record<PortName, string>>;
}

/** What the contract suite must know of a provider to try it; `providers/<name>/contract.ts` exports one as `contract`. */
export interface ContractSubject {
  /**
   * For each port that the provider fills: a regular expression over the paths (with the base path) of the calls it makes.
   * The suite lays faults on them. Without paths of its own, `ratingByParts` has those of `ratingsByEmployees`.
   */
  paths: Partial<Record<PortName, string>>;
  /** Employees and rating rows per page at most, so that the suite can count calls. */
  pageSizes: { employees: number; ratings: number };
  /** The switch that makes the simulator ignore the filter of `ratingsByEmployees`, or filter everything out; null without such a filter. */
  filterSwitch: { name: string; honoured: unknown; ignored: unknown; empty: unknown } | null;
  /** The name of the same switch for `ratingsBySkills`, where it is another; it takes the same values. */
  skillFilterSwitch?: string;
  /** Answers in which an enum carries a value that nobody has heard of; the row must survive. */
  unknownEnums: readonly { port: PortName; shape: FaultShape }[];
  /** Answers in which every record has an unreadable required field; the port must give no rows and note drift. */
  unreadableRecords: readonly { port: PortName; shape: FaultShape }[];
  /**
   * Ports that must go on working, from other endpoints or with fewer columns, when these paths answer 404 (or 403, 501);
   * `null` as `stillWorks` means the port throws NOT_OFFERED.
   */
  optionalEndpoints: readonly { path: string; port: PortName; stillWorks: true | null }[];
  /** The simulator's path prefix, e.g. /v1; '' at the root. */
  basePath: string;
  /** Set-ups besides the simulator's own; none when left out. */
  variants?: readonly ContractVariant[];
}
