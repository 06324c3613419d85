const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A row of a table. */
export const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** The first two lines of a table. */
export const header = (...cells: readonly string[]): string =>
  `${row(...cells)}\n${row(...cells.map(() => '---'))}`;

/** Text that is shown as it is typed. */
export const code = (text: string): string => `\`${text}\``;
