import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../../browser/browser.ts';
import { notRun } from '../../not-run.ts';
import { countCases, isProof } from '../../proof/cases.ts';
import { listImages } from '../others/image-files.ts';
import { imagePackages } from '../others/image-packages.ts';
import { openBrowserEye } from './browser-pixels.ts';
import { compareFiles, type FileTools } from './compare-files.ts';
import { openDrawing } from './deployed-drawing.ts';
import { type FileDifference, type FilePixels, findReason, isUnexplained } from './file-kinds.ts';
import { type ComparedPackage, filePixelsPage } from './files-page.ts';

/* The pixels of files that other people made, at full size. */

const equal: FileDifference = { error: 0, mean: 0, share: 0, expected: [], got: [] };
const apart: FileDifference = { ...equal, error: 90 };

describe('a file that differs from what Pillow shows', () => {
  const gamma: FilePixels = { name: 'a', format: 'PNG', gamma: 1, pillow: apart };

  it('is explained if it is of a known kind and Chromium shows it as Signet does', () => {
    expect(findReason({ ...gamma, browser: equal })).toMatch(/gAMA/);
    expect(isUnexplained({ ...gamma, browser: equal })).toBe(false);
  });

  it('is explained if its orientation is one for Pillow only, and not if it is one for all', () => {
    const turned: FilePixels = { name: 'a', format: 'JPEG', orientation: 6, pillow: apart };
    expect(findReason({ ...turned, orientationType: 9, browser: equal })).toMatch(/SHORT/);
    expect(isUnexplained({ ...turned, orientationType: 3, browser: equal })).toBe(true);
  });

  it('may differ from Chromium by the curve of sRGB if a PNG has its gAMA, and by no more', () => {
    const turned: FilePixels = { name: 'a', format: 'PNG', orientation: 3, pillow: apart };
    const near = { ...equal, error: 9 };
    expect(isUnexplained({ ...turned, gamma: 0.45455, browser: near })).toBe(false);
    expect(isUnexplained({ ...turned, gamma: 0.45455, browser: { ...near, error: 10 } })).toBe(
      true,
    );
    expect(isUnexplained({ ...turned, browser: near })).toBe(true);
  });

  it('is explained if it is a GIF of which Chromium shows no pixel', () => {
    const gif: FilePixels = { name: 'a', format: 'GIF', pillow: equal };
    expect(isUnexplained({ ...gif, browser: { ...apart, share: 1 } })).toBe(false);
    expect(isUnexplained({ ...gif, browser: { ...apart, share: 0.5 } })).toBe(true);
  });

  it.each<[string, FilePixels]>([
    ['Chromium was not asked', gamma],
    ['Chromium shows something else', { ...gamma, browser: apart }],
    ['it is of no kind', { ...gamma, gamma: 0.45455, browser: equal }],
    [
      'it is a GIF that only Pillow shows so',
      { name: 'a', format: 'GIF', pillow: equal, browser: apart },
    ],
  ])('is unexplained if %s', (_, file) => {
    expect(isUnexplained(file)).toBe(true);
  });
});

const page = fileURLToPath(new URL('../../../docs/proof-file-pixels.md', import.meta.url));

if (isProof)
  describe('images of other projects', () => {
    const packages = listImages(imagePackages);
    const left = packages.filter(({ reason }) => reason !== undefined);
    notRun(
      'the pixels of the images of some packages',
      left.map(({ from, reason }) => `${from.name} (${reason})`),
      { optional: true },
    );
    const compared: ComparedPackage[] = [];
    let tools: FileTools;

    beforeAll(async () => {
      const isBlind = isMissing('what a browser shows of images of other projects');
      const folder = mkdtempSync(path.join(tmpdir(), 'signet-files-'));
      const eye = isBlind ? undefined : await openBrowserEye();
      tools = { folder, drawing: await openDrawing(), eye };
    });
    afterAll(async () => {
      tools.drawing.close();
      await tools.eye?.close();
      rmSync(tools.folder, { recursive: true, force: true });
      if (left.length === 0) writeFileSync(page, filePixelsPage(compared));
    });

    it.each(packages.filter(({ files }) => files.length > 0))(
      'those of $from.name have the pixels that Pillow or Chromium shows',
      async ({ from, files }) => {
        const results = await compareFiles(tools, files);
        compared.push({ name: from.name, results });
        countCases(results.length);
        expect(results.filter(isUnexplained)).toEqual([]);
      },
    );
  });
