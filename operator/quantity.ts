const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A whole number with thousands separators: `1,234,567`. */
export const printNumber = (count: number): string => count.toLocaleString('en-US');

/** A number of bytes with a decimal unit: `1.2 MB`. */
export function printBytes(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(5, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1_000 ** power;
  return `${power === 0 ? printNumber(bytes) : scaled.toFixed(1)} ${units[power]}`;
}

/** A count and its noun: `1 line`, `2 lines`. */
export const printCount = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${printNumber(count)} ${count === 1 ? noun : nouns}`;
