import { vi } from 'vitest';

/**
 * What is written from now on, line by line, as Lambda's log would hold it: its runtime puts time,
 * request and level before what goes through `console`. Ends with `vi.restoreAllMocks()`.
 */
export function logLines(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text).replace(/\n$/, ''));
    return true;
  });
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((text: unknown) => {
      lines.push(`2026-07-01T00:00:00.000Z\tan-id\t${level.toUpperCase()}\t${text}`);
    });
  return lines;
}
