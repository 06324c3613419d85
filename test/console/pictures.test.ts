import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { isMissing, startBrowser } from '../browser/browser.ts';
import { answerTo } from '../cli/stack.ts';
import { isProof, spread } from '../proof/cases.ts';
import { type ConsoleStack, pageFiles, startConsoleStack } from './console-stack.ts';
import { openConsolePage } from './page/console-page.ts';

/* Takes the pictures of docs/console.md and README.md: `npm run proof -- console/pictures`. */

const folder = path.join(root, 'docs', 'console');
const viewport = { width: 1_440, height: 900 };

describe.skipIf(isMissing('the pictures of the console'))('the picture of', () => {
  let stack: ConsoleStack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startConsoleStack(await pageFiles());
    browser = await startBrowser();
    for (const width of ['w_320', 'w_640', 'w_641'])
      await answerTo(await stack.mint('demo', 'alpine-lake.jpg', `resize,${width}`, '--no-check'));
    await mkdir(folder, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  /** The views, and when each has loaded. */
  const shots: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
    [
      'playground',
      '/?tenant=demo&path=alpine-lake.jpg',
      async (page) => {
        await page.locator('.comparison-result').waitFor();
        await expect.poll(() => page.locator('.source .thumbnail').count()).toBeGreaterThan(4);
      },
    ],
    [
      'url-doctor',
      '/urls',
      async (page) => {
        const url = (await stack.mint('demo', 'alpine-lake.jpg', 'resize,w_640')).replace(
          'w_640',
          'w_800',
        );
        await page.getByLabel('A URL, or a line of a log').fill(url);
        await page.getByRole('button', { name: 'Explain it' }).click();
        await page.getByText('It covers').waitFor();
      },
    ],
    [
      'policies',
      '/policies?tenant=demo',
      (page) => page.getByText('What changes').first().waitFor(),
    ],
    ['operations', '/operations', (page) => page.getByText('alpine-lake.jpg').first().waitFor()],
  ];

  it.each(spread(shots, shots.length))('%s', async (name, view, ready) => {
    const page = await openConsolePage(browser, stack, view, { viewport, colorScheme: 'light' });
    await ready(page);
    // Pictures that the view has begun to load.
    await page.waitForTimeout(3_000);
    const taken = await page.screenshot();
    const picture = await sharp(taken).webp({ quality: 80 }).toBuffer();
    expect(await sharp(picture).metadata()).toMatchObject(viewport);
    if (isProof) await writeFile(path.join(folder, `${name}.webp`), picture);
    await page.context().close();
  });
});
