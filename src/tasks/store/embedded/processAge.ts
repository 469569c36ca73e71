import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lock: the start time tells a process from a later one with the same id. */
export interface ProcessMark {
  pid: number;
  /** Clock ticks since boot (proc(5), /proc/PID/stat field 22); null where there is no /proc. */
  startTime: string | null;
}

/** Where a process id means something: containers that share a directory each have a process 1. */
export interface ProcessPlace {
  host: string;
  /** pid_namespaces(7), e.g. `pid:[4026531836]`; null where there is no /proc. */
  pidNamespace: string | null;
}

/** Where this process is. */
export function ownPlace(): ProcessPlace {
  try {
    return { host: hostname(), pidNamespace: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return { host: hostname(), pidNamespace: null };
  }
}

/** The mark of a live process; null when there is none of this id. A zombie holds nothing any more and counts as none. */
export function markOf(pid: number): ProcessMark | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return process.platform !== 'linux' && answersSignal(pid) ? { pid, startTime: null } : null;
  }
  // The second field is the command in parentheses and may hold anything, so count from the last one; field 3 comes next.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null;
  return { pid, startTime: fields[22 - 3] ?? null };
}

/** Whether the very process of this mark is alive. */
export function isAlive(mark: ProcessMark): boolean {
  const found = markOf(mark.pid);
  return found !== null && (mark.startTime === null || found.startTime === mark.startTime);
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
