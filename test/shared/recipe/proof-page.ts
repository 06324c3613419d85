import { markdownTable } from '../../proof/markdown-table.ts';

/* The text of docs/proof-recipes.md. */

/** What became of a recipe that was found on a site. */
export type RecipeResult = {
  readonly query: string;
  readonly recipe: string;
  /** The canonical recipe, or the preset; undefined if it is refused. */
  readonly served?: string;
  readonly reason?: string;
  /** Whether the owner documents the recipe. Sites write others by mistake. */
  readonly documented: boolean;
};

const percent = (part: number, all: number): string => `${((part / all) * 100).toFixed(1)} %`;

/** The share of the recipes that are served. */
export function shareOf(results: readonly RecipeResult[]): number {
  return results.filter(({ served }) => served !== undefined).length / results.length;
}

function shareRow(query: string, results: readonly RecipeResult[]): readonly string[] {
  const served = results.filter((one) => one.served !== undefined).length;
  const documented = results.filter((one) => one.documented).length;
  const counts = [results.length, served].map(String);
  return [`\`${query}\``, ...counts, percent(served, results.length), percent(served, documented)];
}

const row = ({ recipe, served, reason = '' }: RecipeResult): readonly string[] => [
  `\`${recipe}\``,
  served === undefined ? `refused: ${reason}` : `\`${served}\``,
];

/** No recipe may be cut, because readers compare theirs with it. */
const longest = 1_000;

function section(query: string, results: readonly RecipeResult[]): string {
  const head = ['recipe', 'canonical recipe, or reason'];
  return `## ${query}\n\n${markdownTable(head, results.map(row), longest)}\n`;
}

/** Writes the page. */
export function recipesPage(byQuery: ReadonlyMap<string, readonly RecipeResult[]>): string {
  const head = [
    'spelling',
    'recipes',
    'served',
    'share',
    'share of those that the owner documents',
  ];
  const shares = [...byQuery].map((entry) => shareRow(...entry));
  const sections = [...byQuery].map((entry) => section(...entry));
  return `# Recipes of other services

For everyone who moves a site from Alibaba OSS or Baidu BOS. These recipes were found in public source code; texts and
names in them were changed. \`npm run proof -- recipes\` prints them and writes this page.
[operations.md](operations.md#recipes-of-oss-and-bos) says how such recipes are read. A style is served if the policy has
a preset of that name.

${markdownTable(head, shares)}

${sections.join('\n')}`;
}
