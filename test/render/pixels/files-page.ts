import { markdownTable } from '../../proof/markdown-table.ts';
import {
  errorOf,
  type FileDifference,
  type FilePixels,
  findReason,
  isDifferent,
  mostDifference,
} from './file-kinds.ts';

/* The text of docs/proof-file-pixels.md. */

/** The files of a package. `files` is how many were drawn and compared. */
export type ComparedPackage = { readonly name: string; readonly results: readonly FilePixels[] };

const number = (value: number): string => value.toLocaleString('en-US');

const pixelText = (pixel: FileDifference['got'] | undefined): string =>
  pixel === undefined ? '' : typeof pixel === 'string' ? pixel : pixel.join(' ');

const fileRow = (file: FilePixels): readonly string[] => [
  `\`${file.name}\``,
  pixelText(file.pillow?.expected),
  pixelText(file.pillow?.got),
  `${errorOf(file.pillow)}`,
  `${file.pillow?.mean ?? ''}`,
  file.browser === undefined ? 'not asked' : `${file.browser.error}`,
  findReason(file) ?? '**none**',
];

function packageRow({ name, results }: ComparedPackage): readonly string[] {
  const compared = results.filter(({ pillow }) => pillow !== undefined);
  const below = (most: number) => compared.filter(({ pillow }) => errorOf(pillow) <= most).length;
  const counts = [
    compared.length,
    below(0),
    below(mostDifference),
    results.filter(isDifferent).length,
  ];
  return [name, ...counts.map(number)];
}

/** Writes the page. */
export function filePixelsPage(packages: readonly ComparedPackage[]): string {
  const different = packages.flatMap(({ results }) => results.filter(isDifferent));
  const heads = ['package', 'compared', 'equal', `at most ${mostDifference}`, 'differ'];
  return `# Pixels of images of other projects

For reviewers who want to know that real files look as they should. \`npm run proof -- pixels\` writes this page.

Each file of the packages in [proof-files.md](proof-files.md) that is not refused is drawn at full size as a PNG, by the
process that is deployed. Pillow decodes the source, turns it by its EXIF and applies its profile with lcms. The pixels of
both are compared, with colours premultiplied by alpha. A channel may differ by ${mostDifference} of 255, because decoders and colour
conversions round.

${markdownTable(heads, packages.map(packageRow))}

## Files that differ

The pixel is the worst one. A file that differs is compared with what Chromium shows, too, and so is every GIF. A
reason counts only if Chromium shows what Signet shows. For a PNG with the gAMA of sRGB it may be 9 off, because
Chromium applies the exponent 2.2 in place of the curve.

${markdownTable(['file', 'Pillow', 'Signet', 'error', 'mean', 'from Chromium', 'why'], different.map(fileRow))}
`;
}
