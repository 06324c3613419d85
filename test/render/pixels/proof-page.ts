import { markdownTable } from '../../proof/markdown-table.ts';
import { bounds, browserReasons } from './bounds.ts';
import type { PixelResult } from './draw-cases.ts';
import { boundOf, browserReason, findFault } from './judge-case.ts';

/* The text of docs/proof-pixels.md. */

const pixelText = (pixel: readonly number[] | string | undefined): string =>
  pixel === undefined ? '' : typeof pixel === 'string' ? pixel : pixel.join(' ');

function browserCell(result: PixelResult): string {
  const { browser, browserRefused } = result;
  const reason = browserReason(result);
  const error = browser === undefined ? (browserRefused ?? 'not run') : `${browser.error}`;
  const index = browserReasons.findIndex((one) => one.reason === reason);
  return reason === undefined ? error : `${error} (${index + 1})`;
}

function caseRow(result: PixelResult): readonly string[] {
  const { name, reference, ours, refused, recipe } = result;
  const fault = findFault(result);
  return [
    name,
    `\`${recipe}\``,
    reference,
    ours === undefined ? '' : pixelText(ours.expected),
    ours === undefined ? (refused ?? '') : pixelText(ours.got),
    ours === undefined ? '' : `${ours.error}`,
    `${boundOf(result).most}`,
    browserCell(result),
    fault === undefined ? 'passed' : '**failed**',
  ];
}

const head = [
  ...['case', 'recipe', 'reference', 'expected', 'got', 'error', 'bound', 'Chromium', 'result'],
];

function groupSections(results: readonly PixelResult[]): readonly string[] {
  const groups = [...new Set(results.map(({ group }) => group))];
  return groups.map((name) => {
    const rows = results.filter(({ group }) => group === name).map(caseRow);
    return `## ${name}\n\n${markdownTable(head, rows)}`;
  });
}

/** Writes the page. */
export function pixelsPage(results: readonly PixelResult[]): string {
  const limits = Object.entries(bounds).map(([name, { most, reason }]) => [
    name,
    `${most}`,
    reason,
  ]);
  const failed = results.filter((one) => findFault(one) !== undefined).length;
  return `# Pixels

For reviewers who want to know that pictures look as they should. \`npm run proof -- pixels\` writes this page.

Generators write ${results.length} files: orientations, colours, and what each format can say. The process that is deployed draws
each of them, and ${failed === 0 ? 'all answers are' : `${results.length - failed} answers are`} within their bounds.

What is expected comes from the pixels that a generator wrote, from formulas of colour spaces, from frames composed by
hand, and from lcms, libwebp and libjpeg-turbo through Pillow. sharp contains lcms, libwebp and a relative of
libjpeg-turbo, too. Therefore Chromium, which has its own colour engine and compositor, shows each file as well. Its column
says how far its pixels are from the expected ones.

The pixel of a row is the worst one of all frames, as red, green, blue and alpha. The error is that of the worst channel,
of 255, with colours premultiplied by alpha.

## Bounds

${markdownTable(['bound', 'at most', 'why'], limits)}

Where Chromium differs, and that does not count:

${browserReasons.map(({ reason }, at) => `${at + 1}. ${reason}`).join('\n')}

${groupSections(results).join('\n\n')}
`;
}
