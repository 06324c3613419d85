import { expect, it } from 'vitest';
import { countUnit, progressOn } from '../../../cli/progress/bar.ts';

/** What a bar over 34 pieces of work writes to a terminal, or to a file. */
function writtenBy(isTTY: boolean, total: number | undefined): readonly string[] {
  const written: string[] = [];
  const terminal = { isTTY, write: (text: string) => written.push(text) > 0 };
  const progress = progressOn(terminal as never, total, false, countUnit('Region'));
  progress.advance(17);
  progress.advance(17);
  progress.end();
  return written;
}

it('a bar counts what it is told to count, and is removed at the end', () => {
  expect(writtenBy(true, 34)).toEqual([
    `\r[${'#'.repeat(15)}${'.'.repeat(15)}] 50% of 34 Regions`,
    `\r[${'#'.repeat(30)}]100% of 34 Regions`,
    '\r\u001b[K',
  ]);
});

it('nothing is written to what is not a terminal', () => {
  expect(writtenBy(false, 34)).toEqual([]);
});

it('without a total it says how much is done', () => {
  expect(writtenBy(true, undefined)).toEqual([
    '\r17 Regions done',
    '\r34 Regions done',
    '\r\u001b[K',
  ]);
});
