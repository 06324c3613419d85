/*
 * Logs that overlap, such as the files of a day and one in which they were joined, count twice. To say so, a sample of
 * the lines is remembered: those with the smallest hashes. It is the same for each order of the files.
 */

/** The most lines of a sample. */
const maxSample = 4_096;

/** Hashes are below this. */
const hashes = 2 ** 53;

/** Mixes the characters of a line into 53 bits. It only has to spread well; cyrb53 is in the public domain. */
function hashLine(line: string): number {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    two = Math.imul(two ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909);
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & two) + (one >>> 0);
}

/** Hashes below the limit, and for each whether several files have the line. */
export type LineSample = { readonly inSeveral: Map<number, boolean>; limit: number };

export const emptySample = (): LineSample => ({ inSeveral: new Map(), limit: hashes });

function shrink(sample: LineSample, limit: number): void {
  sample.limit = limit;
  for (const hash of sample.inSeveral.keys()) if (hash >= limit) sample.inSeveral.delete(hash);
}

/** Adds a line of the file that the sample is of. Heads and other text without fields are left out. */
export function sampleLine(sample: LineSample, line: string): void {
  if (line.startsWith('#') || !/[\t{]/.test(line)) return;
  const hash = hashLine(line);
  if (hash >= sample.limit) return;
  sample.inSeveral.set(hash, false);
  while (sample.inSeveral.size > maxSample) shrink(sample, sample.limit / 2);
}

/** Adds the sample of another file. */
export function addSample(to: LineSample, more: LineSample): void {
  if (more.limit < to.limit) shrink(to, more.limit);
  for (const hash of more.inSeveral.keys())
    if (hash < to.limit) to.inSeveral.set(hash, to.inSeveral.has(hash));
  while (to.inSeveral.size > maxSample) shrink(to, to.limit / 2);
}

/** The part of the lines that several files have, from 0 to 1. */
export function repeatedPart({ inSeveral }: LineSample): number {
  const repeated = [...inSeveral.values()].filter((one) => one).length;
  return inSeveral.size === 0 ? 0 : repeated / inSeveral.size;
}
