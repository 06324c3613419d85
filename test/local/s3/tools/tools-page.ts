import { markdownTable } from '../../../proof/markdown-table.ts';

/* The text of docs/proof-s3.md. */

export type ToolRow = {
  readonly tool: string;
  readonly version: string;
  readonly call: string;
  readonly size: string;
  readonly result: string;
};

const isRefused = ({ result }: ToolRow): boolean => result.startsWith('signs with Version 2');

/** The rows of one call of a tool with the same result become one, with all its sizes. */
function mergeSizes(rows: readonly ToolRow[]): readonly ToolRow[] {
  const merged = new Map<string, ToolRow>();
  for (const row of rows) {
    const name = [row.tool, row.call, row.result].join('\n');
    const earlier = merged.get(name);
    merged.set(name, earlier ? { ...row, size: `${earlier.size}, ${row.size}` } : row);
  }
  return [...merged.values()];
}

/** Writes the page. */
export function toolsPage(rows: readonly ToolRow[]): string {
  const failed = rows.filter((row) => row.result !== 'passed' && !isRefused(row));
  return `# Tools and the local S3

For developers who upload to the stack on one machine. \`npm run proof -- s3\` writes this page.

Each tool has only an address, a key and a Region; everything else is its default. Each result is compared with the
bytes of the picture. After each upload the picture is fetched through the CDN with a signed URL. boto3 and the aws CLI 1
sign links with Signature Version 2 unless they are told otherwise, so both ways are tried.

${rows.length} calls, ${failed.length} failed.

${markdownTable(
  ['tool', 'version', 'call', 'sizes', 'result'],
  mergeSizes(rows).map(({ tool, version, call, size, result }) => [
    tool,
    version,
    call,
    size,
    result,
  ]),
)}

[commands.md](commands.md#tools-for-s3) has the settings of each tool.
`;
}
