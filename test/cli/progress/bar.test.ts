import { expect, it } from 'vitest';
import { printCount } from '../../../cli/base/quantity.ts';
import { progressOn } from '../../../cli/progress/bar.ts';

/** What a bar over 34 pieces of work writes to a terminal, or to a file. */
function writtenBy(isTTY: boolean): readonly string[] {
  const written: string[] = [];
  const terminal = { isTTY, write: (text: string) => written.push(text) > 0 };
  const progress = progressOn(terminal as never, 34, false, (count) => printCount(count, 'Region'));
  progress.advance(17);
  progress.advance(17);
  progress.end();
  return written;
}

it('a bar counts what it is told to count, and is removed at the end', () => {
  expect(writtenBy(true)).toEqual([
    `\r[${'#'.repeat(15)}${'.'.repeat(15)}] 50% of 34 Regions`,
    `\r[${'#'.repeat(30)}]100% of 34 Regions`,
    '\r\u001b[K',
  ]);
});

it('nothing is written to what is not a terminal', () => {
  expect(writtenBy(false)).toEqual([]);
});
