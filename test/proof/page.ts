/* The text of docs/proof.md. */

/** What a proof file reported. */
export type ProofRow = {
  readonly claim: string;
  readonly unit: string;
  readonly cases: number;
  readonly failed: number;
  /** What was measured. */
  readonly figures: readonly string[];
  /** The test file, relative to the root of the repository. */
  readonly file: string;
};

/** The machine and the time of a run. It contains no host name and no path. */
export type ProofRun = {
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly processor: string;
  readonly minutes: number;
};

const number = (value: number): string => value.toLocaleString('en-US');

function resultOf({ cases, failed, figures }: ProofRow): string {
  if (failed > 0) return `**${number(failed)} failed**`;
  return cases > 0 ? ['passed', ...figures].join('; ') : '**did not run**';
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function tableRow(row: ProofRow): string {
  const { claim, unit, cases, file } = row;
  return `| ${cell(claim)} | ${number(cases)} ${unit} | ${cell(resultOf(row))} | \`${file}\` |`;
}

/** Writes the page. The rows are sorted by file, so that two runs can be compared. */
export function proofPage(rows: readonly ProofRow[], run: ProofRun): string {
  const sorted = rows.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  return `# Proof

For reviewers who want to know how thoroughly the promises in [SECURITY.md](../SECURITY.md#promises) were tested.

\`npm test\` runs a fixed part of each enumeration below with every change. \`npm run proof\` runs all of it and writes
this page; [CONTRIBUTING.md](../CONTRIBUTING.md#set-up-and-run-the-tests) says when to run it. It also lists the [images of
other projects that are refused](proof-files.md), what [costly files and requests](proof-bombs.md) cost, whether pixels
are those that independent programs show, for [files from generators](proof-pixels.md) and for
[images of other projects](proof-file-pixels.md), which [tools upload to the local S3](proof-s3.md), which [recipes of OSS
and BOS](proof-recipes.md) are served, what [pages in a browser](proof-browser.md) can do with images, with which
[frameworks](proof-frameworks.md) the client was tried, what was tried against [another AWS](proof-aws.md), and that [usage](proof-usage.md) is counted as
DuckDB counts it.

Last run: ${run.date}, Node ${run.node}, ${run.cores} cores (${run.processor}), ${number(run.minutes)} minutes.

| what is proved | cases | result | test |
| --- | --- | --- | --- |
${sorted.map(tableRow).join('\n')}
`;
}
