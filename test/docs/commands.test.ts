import { describe, expect, it } from 'vitest';
import { pages, textOf } from './pages.ts';
import { checkSignet, wordsOf } from './signet-words.ts';

/* Every command of signet that a page shows, against its own declaration. */

/** A command ends at a comment, a pipe, or a file that it writes to. */
const commandIn = (line: string): string => line.replace(/\s+[#|>].*$/, '').trim();

function commandsOn(page: string): readonly string[] {
  const text = textOf(page).replace(/<!-- generated: [\s\S]*?<!-- end -->/g, '');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const inline = [...prose.matchAll(/`(npx signet [^`]+)`/g)].map(([, one = '']) => one);
  const lines = [...blocks.flatMap((block) => block.split('\n')), ...inline];
  const typed = lines.map((line) => commandIn(line.replace(/\s*\n\s*/g, ' ')));
  return [...new Set(typed.filter((line) => line.startsWith('npx signet ')))];
}

const typed = pages.flatMap((page) => commandsOn(page).map((line) => ({ page, line })));

describe('a command of signet', () => {
  it('is found on many pages', () => {
    expect(typed.length).toBeGreaterThan(40);
  });

  it.each(typed)('exists as $page shows it: $line', ({ line }) => {
    checkSignet(wordsOf(line).slice(2));
  });
});
