const cell = (text: string, most: number): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').slice(0, most);

/** Writes a table. Cells of more than `most` characters are cut. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  most = 160,
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => cell(text, most)).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
