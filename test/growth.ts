/** The CPU time of this process for some work, in microseconds: the least of five runs. */
function cpuTime(work: () => void): number {
  const runs = [1, 2, 3, 4, 5].map(() => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return user + system;
  });
  return Math.min(...runs);
}

const parts = 64;

/**
 * Returns how many times as much CPU time some work needs for all of its input at once as for 64 times a 64th of it.
 * About 1 if it reads the input once, about 64 if it reads all of it again for each character. A busy machine does not
 * change CPU time much, and changes both alike.
 */
export function growth(workOn: (share: number) => () => void): number {
  const [whole, part] = [workOn(1), workOn(1 / parts)];
  const inParts = cpuTime(() => {
    for (let at = 0; at < parts; at += 1) part();
  });
  return cpuTime(whole) / Math.max(inParts, 1);
}

/** Between the two by a factor of eight. */
export const steady = 8;
