import { markdownTable } from '../../proof/markdown-table.ts';

/* The text of docs/proof-files.md. */

/** A file that is refused, and what Pillow says about it. */
export type RefusedFile = {
  readonly name: string;
  readonly recipe: string;
  readonly code: string;
  readonly reason: string;
  /** The error of Pillow; undefined if Pillow shows the file. */
  readonly pillow: string | undefined;
};

/** How many files of a package were rendered. */
export type PackageRow = {
  readonly name: string;
  readonly version: string;
  readonly files: number;
  /** Why the package was not downloaded. */
  readonly reason?: string;
};

const refusedTable = (files: readonly RefusedFile[]): string =>
  markdownTable(
    ['file', 'recipe', 'refusal', 'reason', 'Pillow'],
    files.map((file) => [
      `\`${file.name}\``,
      `\`${file.recipe}\``,
      `\`${file.code}\``,
      file.reason,
      file.pillow ?? 'shows it',
    ]),
  );

/** Writes the page. */
export function filesPage(
  packages: readonly PackageRow[],
  refused: readonly RefusedFile[],
): string {
  const shown = refused.filter(({ pillow }) => pillow === undefined);
  const damaged = refused.filter(({ pillow }) => pillow !== undefined);
  return `# Images of other projects

For reviewers who want to know which real files Signet refuses. \`npm run proof\` writes this page.

Each file of these packages is rendered as it is and resized. Its size, frames and duration are compared with what
Pillow reads.

${markdownTable(
  ['package', 'version', 'files'],
  packages.map(({ name, version, files, reason }) => [name, version, reason ?? `${files}`]),
)}

## Refused, although Pillow shows it

${shown.length === 0 ? 'None.' : refusedTable(shown)}

## Refused, and Pillow does not show it either

${damaged.length === 0 ? 'None.' : refusedTable(damaged)}
`;
}
