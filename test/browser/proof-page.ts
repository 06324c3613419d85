import { markdownTable } from '../proof/markdown-table.ts';
import { wayNames } from './page-ways.ts';

/* The text of docs/proof-browser.md. */

/** What one page saw with one kind of credential. */
export type SeenRow = {
  readonly deployment: string;
  readonly policy: string;
  readonly page: string;
  readonly credential: string;
  /** What the browser said, by way. */
  readonly seen: Readonly<Record<string, string>>;
};

const rowOf = ({ policy, page, credential, seen }: SeenRow): readonly string[] => [
  ...[policy, page, credential],
  ...wayNames.map((way) => seen[way] ?? ''),
];

const tableOf = (rows: readonly SeenRow[]): string =>
  markdownTable(['policy', 'page', 'credential', ...wayNames], rows.map(rowOf));

/** Writes the page. */
export function browserPage(rows: readonly SeenRow[], version: string): string {
  const deployments = [...new Set(rows.map(({ deployment }) => deployment))];
  const parts = deployments.map((deployment) => {
    const own = rows.filter((row) => row.deployment === deployment);
    return `## A deployment ${deployment}\n\n${tableOf(own)}\n`;
  });
  return `# Pages and images in a browser

For reviewers who want to know what pages of other origins can do with images. \`npm run proof -- browser\` writes this
page. [urls.md](urls.md#pages-and-scripts) explains the rules.

Chromium ${version} opened each page in an empty profile, on another origin than the images, with the stack of one machine.
Pages and images are on one site, so the browser sends the cookie for each page.

- **own** is a page of the tenant: \`corsOrigins\` lists it, and \`urls.origins\` names it where the policy names a page.
- **of another tenant** is a page that \`corsOrigins\` lists and only the policy of another tenant names.
- **unlisted** is in neither.

A script that could \`read\` an image has its bytes or its pixels. \`blocked\` means that the browser hid the answer, and
\`tainted\` that the image is shown and its pixels are hidden. Other words are refusal codes that the script could read.

${parts.join('\n')}`;
}
