/** How much smaller an answer is than its source. */
export function printSaved(bytes: number, source: number): string {
  const part = Math.round((1 - bytes / source) * 100);
  return part >= 0 ? `${part} % smaller` : `${-part} % larger`;
}
