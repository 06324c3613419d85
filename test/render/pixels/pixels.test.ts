import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../../browser/browser.ts';
import { countCases, isProof } from '../../proof/cases.ts';
import { draw } from '../rendering.ts';
import { checkCases, type PixelResult } from './draw-cases.ts';
import { findDoubt, findFault } from './judge-case.ts';
import { knownPictures } from './known-pictures.ts';
import { writeCases } from './pixel-cases.ts';
import { pixelsPage } from './proof-page.ts';
import { readPng } from './read-png.ts';

/*
 * Whether pictures look right. The proof asks Pillow, formulas and Chromium; `npm test` draws a few pictures whose
 * pixels are written down.
 */

describe('pixels that are written down', () => {
  it.each(knownPictures)('$name', async ({ file, rows }) => {
    const { bytes } = await draw(file, 'format,f_png');
    expect(readPng(bytes)).toEqual(rows);
  });
});

const page = fileURLToPath(new URL('../../../docs/proof-pixels.md', import.meta.url));

if (isProof)
  describe('pixels of independent references', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'signet-pixels-'));
    const withBrowser = !isMissing('what a browser shows of each picture');
    let results: readonly PixelResult[] = [];

    beforeAll(async () => {
      results = await checkCases(folder, writeCases(folder), withBrowser);
      countCases(results.length);
      writeFileSync(page, pixelsPage(results));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('are within the bounds', () => {
      expect(results.map(findFault).filter((fault) => fault !== undefined)).toEqual([]);
    });

    it('are those that Chromium shows, but for known reasons', () => {
      const doubts = withBrowser ? results.map(findDoubt) : [];
      expect(doubts.filter((doubt) => doubt !== undefined)).toEqual([]);
    });

    it('are more than 120, each with a name of its own', () => {
      expect(results.length).toBeGreaterThan(120);
      const names = results.map(({ group, name }) => `${group}: ${name}`);
      expect(new Set(names).size).toBe(names.length);
    });
  });
