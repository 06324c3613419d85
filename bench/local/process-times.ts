import { readFileSync } from 'node:fs';

/** The unit of the times in /proc, which Linux fixes: proc(5), `CLK_TCK`. */
const tickMs = 10;

/** The processes that a process has started, and those that these have started. */
function descendants(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const children = text === '' ? [] : text.split(' ').map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** User and system time: the 12th and 13th field after the name, which may contain spaces. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

export type ProcessTimes = {
  /** Of the process. */
  readonly own: number;
  /** Of the processes that it has started. */
  readonly others: number;
};

/** CPU times in milliseconds. Throws on other systems than Linux. */
export const processTimes = (pid: number): ProcessTimes => ({
  own: cpuMs(pid),
  others: descendants(pid).reduce((sum, child) => sum + cpuMs(child), 0),
});
