import type { Directory } from './directory/directory.ts';
import type { RatingReader } from './loaders/ratingReader.ts';
import { createSkillsOfEmployee, type SkillsOfEmployee } from './loaders/skillsOfEmployee.ts';
import type { TaskEngine } from './tasks/engine/engine.ts';
import type { Writer } from './tasks/writes.ts';

/** What a resolver is given; new for every request. */
export interface GatewayContext {
  viewer: Writer;
  directory: Directory;
  loaders: { skillsOfEmployee: SkillsOfEmployee; readers: ReadonlyMap<string, RatingReader> };
  tasks: TaskEngine;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

export interface ContextOptions extends Pick<GatewayContext, 'viewer' | 'directory' | 'tasks' | 'signal'> {
  readers: ReadonlyMap<string, RatingReader>;
  deadlineMs: number;
}

export function createContext({ readers, deadlineMs, ...shared }: ContextOptions): GatewayContext {
  const { directory, signal } = shared;
  return {
    ...shared,
    loaders: { skillsOfEmployee: createSkillsOfEmployee({ directory, readers, signal, deadlineMs }), readers },
  };
}
