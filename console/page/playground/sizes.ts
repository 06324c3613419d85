/** Bytes as people read them. */
export function printSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How much smaller an answer is than its source. */
export function printSaved(bytes: number, source: number): string {
  const part = Math.round((1 - bytes / source) * 100);
  return part >= 0 ? `${part} % smaller` : `${-part} % larger`;
}
