import { readdirSync, readFileSync } from 'node:fs';

/*
 * What the drawing process has used, from Linux's /proc (man 5 proc). Other systems do not tell it without a native
 * module, so there every figure is 0.
 */

const ticksPerSecond = 100;

/** The process ids of the children of this process. */
function children(): readonly string[] {
  try {
    const tasks = readdirSync('/proc/self/task');
    const lists = tasks.map((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8'));
    return lists.flatMap((list) => list.split(' ')).filter((pid) => pid !== '');
  } catch {
    return [];
  }
}

function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}

/** CPU time of all children that run, in milliseconds. */
export function cpuMilliseconds(): number {
  const ticks = children().map((pid) => {
    // The second field is the name in parentheses, which may contain spaces.
    const fields = readProcess(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return (ticks.reduce((sum, one) => sum + one, 0) * 1_000) / ticksPerSecond;
}

/** The most memory that a running child has used so far, in megabytes. */
export function peakMegabytes(): number {
  const kilobytes = children().map((pid) => {
    const [, peak = '0'] = /^VmHWM:\s+(\d+)/m.exec(readProcess(pid, 'status')) ?? [];
    return Number(peak);
  });
  return Math.max(0, ...kilobytes) / 1_024;
}
