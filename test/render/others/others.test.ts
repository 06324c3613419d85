import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { notRun } from '../../not-run.ts';
import { countCases, isProof } from '../../proof/cases.ts';
import {
  expectedSize,
  type FileRecipe,
  listDifferences,
  listDisagreements,
  listFactDifferences,
  recipes,
  renderFile,
} from './compare-renders.ts';
import { type ImageFile, listImages, type PackageFiles } from './image-files.ts';
import { imagePackages } from './image-packages.ts';
import { filesPage, type RefusedFile } from './proof-page.ts';
import {
  type PillowError,
  type PillowFacts,
  readExiftoolFacts,
  readPillowFacts,
} from './reference-facts.ts';

/*
 * Files that other people made. The proof downloads packages with thousands of them, and `npm test` renders those of
 * the packages that are installed anyway.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const installed = path.join(root, 'node_modules', 'aws-cdk-lib');

const packages: readonly PackageFiles[] = isProof ? listImages(imagePackages) : [];
const left = packages.filter(({ reason }) => reason !== undefined);
notRun(
  'the images of some packages',
  left.map(({ from, reason }) => `${from.name} (${reason})`),
  { optional: true },
);

/** Two GIFs in one file: Pillow goes on behind the trailer of the first, browsers do not. */
const twoInOne = /\/test_extents_transparency\.gif$/;

/** GIFs with a frame outside of their screen: ExifTool reads the screen, Pillow and libvips enlarge it. */
const largerThanScreen = /\/image-(?:outside|overlap)-bg\.gif$/;

const refused: RefusedFile[] = [];

/** Renders a file both ways. Returns what is wrong, and remembers refusals. */
async function check(file: ImageFile, pillow: PillowFacts | PillowError): Promise<string[]> {
  const wrong: string[] = [];
  if (!('error' in pillow))
    wrong.push(...listFactDifferences(file.file, pillow).map((one) => `${file.name}: ${one}`));
  for (const recipe of recipes) {
    const outcome = await renderFile(file.file, recipe);
    countCases();
    if ('code' in outcome) {
      const error = 'error' in pillow ? pillow.error : undefined;
      refused.push({ name: file.name, recipe, ...outcome, pillow: error });
      if (!outcome.code.startsWith('source_')) wrong.push(`${file.name}: ${outcome.code}`);
      continue;
    }
    if (!('error' in pillow))
      wrong.push(...listDifferences(outcome, pillow, recipe).map((one) => `${file.name}: ${one}`));
  }
  return wrong;
}

afterAll(() => {
  if (!isProof || left.length > 0) return;
  const rows = packages.map(({ from, files }) => ({ ...from, files: files.length }));
  writeFileSync(path.join(root, 'docs', 'proof-files.md'), filesPage(rows, refused));
});

describe('images of other projects', () => {
  it.each(packages.filter(({ files }) => files.length > 0))(
    'those of $from.name have the size, the frames and the duration that Pillow reads, or are refused',
    async ({ files }) => {
      const facts = readPillowFacts(files.map(({ file }) => file));
      const exiftool = readExiftoolFacts(files.map(({ file }) => file));
      const wrong: string[] = [];
      for (const [at, file] of files.entries()) {
        const read = facts[at] ?? { error: 'no answer' };
        const pillow = twoInOne.test(file.name) ? { error: 'two GIFs in one file' } : read;
        wrong.push(...(await check(file, pillow)));
        if ('error' in pillow || largerThanScreen.test(file.name)) continue;
        wrong.push(...listDisagreements(pillow, exiftool[at] ?? {}));
      }
      expect(wrong).toEqual([]);
    },
  );

  it('are thousands, if all packages are there', () => {
    const count = packages.reduce((sum, { files }) => sum + files.length, 0);
    if (isProof && left.length === 0) expect(count).toBeGreaterThan(1_500);
  });

  it('those of an installed package are rendered', async () => {
    const names = readdirSync(installed, { recursive: true }).map(String);
    const files = names.filter((name) => /\.(?:png|jpe?g|gif|webp)$/.test(name));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files)
      for (const recipe of recipes)
        expect(await renderFile(path.join(installed, name), recipe)).toHaveProperty('width');
  });
});

describe('the size that is expected of an answer', () => {
  const facts = { mode: 'RGB', frames: 1, loop: null, alpha: false, delays: [] };
  const [whole, resized] = recipes;
  it.each<[string, FileRecipe, number, number]>([
    ['is that of the source', whole, 600, 401],
    ['is at most 300 wide', resized, 300, 201],
  ])('%s', (_, recipe, width, height) => {
    const upright = { ...facts, width: 600, height: 401, orientation: 1 };
    expect(expectedSize(upright, recipe)).toEqual({ width, height });
    const turned = { ...facts, width: 401, height: 600, orientation: 6 };
    expect(expectedSize(turned, recipe)).toEqual({ width, height });
  });
});
