import { markdownTable } from '../proof/markdown-table.ts';

/* The text of docs/proof-frameworks.md. */

/** What a browser saw on one page of an application. */
export type PageRow = {
  readonly framework: string;
  readonly versions: readonly string[];
  readonly bundler: string;
  readonly page: string;
  readonly result: string;
};

const rowOf = ({ framework, versions, bundler, page, result }: PageRow): readonly string[] => [
  ...[framework, versions.join(', '), bundler, page, result],
];

/** The versions of the programs that the applications ran with. */
export type Programs = { readonly node: string; readonly chromium: string };

/** Writes the page. */
export function buildsPage(rows: readonly PageRow[], { node, chromium }: Programs): string {
  const head = ['framework', 'version', 'bundler', 'page', 'result'];
  return `# Frameworks

For developers who want to know with which frameworks the client was tried. \`npm run proof -- frameworks\` writes this
page. [client/README.md](../client/README.md#nextjs) has the code.

Each application is built and started with the code of that page, and with the client as \`npm run client\` packs it, on
Node ${node}. Chromium ${chromium} then opened its pages. The images come from the stack of one machine. A page that shows
its image has loaded it from there in a width that the policy allows.

${markdownTable(head, rows.map(rowOf))}
`;
}
