import { existsSync, readdirSync, readFileSync } from 'node:fs';

/* Processes as Linux lists them: proc(5). */

/** The fields of /proc/PID/stat after the name of the program, which may contain spaces. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended while the list was read.
    return [];
  }
}

/** Whether this system lists processes like that. */
export const listsProcesses = existsSync('/proc/self/stat');

/** What one thread of a process has started, as the text of a list. */
function readChildren(pid: number, thread: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
  } catch {
    return '';
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The process ids of the children that a process has; none if it has ended. */
export function childrenOf(parent: number): readonly number[] {
  const lists = threadsOf(parent).map((thread) => readChildren(parent, thread));
  return lists.flatMap((list) => list.split(' ').filter((pid) => pid !== '')).map(Number);
}

/** A process and everything below it, parents first. */
export const treeOf = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];

/** The CPU time of a process in ticks of 10 ms; 0 if it has ended. */
export function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes = '0'] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}

/** The memory of a process, in MB. */
export const residentMb = (pid: number): number => memoryOf(pid, 'VmRSS');

/** The most memory that a process has used, in MB. */
export const peakMb = (pid: number): number => memoryOf(pid, 'VmHWM');

export const environmentOf = (pid: number): string => readFileSync(`/proc/${pid}/environ`, 'utf8');
