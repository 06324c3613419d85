import { markdownTable } from '../../proof/markdown-table.ts';
import type { Bomb } from './bomb.ts';
import type { Measured } from './measuring-child.ts';

/* The text of docs/proof-bombs.md. */

export type BombRow = Pick<Bomb, 'name' | 'attacks'> &
  Measured & { readonly bytes: number; readonly recipe: string };

const row = ({ name, attacks, bytes, recipe, end, cpuSeconds, grownMb }: BombRow) => [
  name,
  attacks,
  bytes.toLocaleString('en'),
  `\`${recipe}\``,
  `\`${end}\``,
  cpuSeconds.toFixed(2),
  `${grownMb}`,
];

const head = ['file', 'what it attacks', 'bytes', 'recipe', 'answer', 'CPU seconds', 'MB'];

/** Writes the page: the costliest first. */
export function bombsPage(rows: readonly BombRow[], photograph: Measured): string {
  const sorted = rows.toSorted((one, other) => other.cpuSeconds - one.cpuSeconds);
  return `# Costly files and requests

For reviewers who want to know what the costliest files and requests cost. \`npm run proof\` writes this page.

Generators make each file. It is drawn in a process of its own, as it is and resized, or with the recipe that makes it
costly. The table shows the CPU time of one core and how much the process grew. For comparison, an honest photograph of
12 megapixels, resized to a width of 800 pixels, takes ${photograph.cpuSeconds.toFixed(2)} s and ${photograph.grownMb} MB.

${markdownTable(head, sorted.map(row))}
`;
}
