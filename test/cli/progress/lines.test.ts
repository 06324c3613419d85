import { expect, it } from 'vitest';
import { progressLines } from '../../../cli/progress/lines.ts';

it('a progress line is written at most every ten seconds, and not at the end', () => {
  let now = 1_000_000;
  let figures = 0;
  const written: string[] = [];
  const progress = progressLines(
    (line) => void written.push(line),
    () => now,
    () => `figure ${figures}`,
  );
  for (const seconds of [0, 9.999, 0.001, 5, 4, 30, 0]) {
    now += seconds * 1_000;
    figures += 1;
    progress.advance(1);
  }
  progress.end();
  expect(written).toEqual(['figure 3', 'figure 6']);
});
