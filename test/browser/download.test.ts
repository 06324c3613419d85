import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';
import { sampleFile } from '../e2e/installation.ts';
import { isMissing, startBrowser } from './browser.ts';
import { servePages } from './pages.ts';

/*
 * A page on another origin with links to images. There browsers ignore the attribute `download`, so only the
 * header decides whether they save an image.
 */

const source = 'poster été.png';

describe.skipIf(isMissing('downloads in a browser'))('a link to an image', () => {
  let stack: CommandStack;
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;

  beforeAll(async () => {
    stack = await startCommandStack();
    await stack.publish('acme', { operations: { resize: { w: [40] }, format: { f: ['webp'] } } });
    await stack.upload('acme', source, await readFile(sampleFile('poster.png')));
    const linkTo = async (...operations: readonly string[]) => ({
      body: `<a href="${await stack.mint('acme', source, 'resize,w_40', 'format,f_webp', ...operations)}">Image</a>`,
    });
    pages = await servePages({
      '/named': () => linkTo('download,n_report-7'),
      '/unnamed': () => linkTo('download'),
      '/shown': () => linkTo(),
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
    await stack?.stop();
  });

  it.each([
    ['/named', 'report-7.webp'],
    ['/unnamed', 'poster été.webp'],
  ])('at %s is saved as %s, when it is made and from the cache', async (path, name) => {
    const page = await browser.newPage();
    for (const view of ['made', 'cached']) {
      await page.goto(pages.at(path));
      const [saved] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
      expect([view, saved.suggestedFilename()]).toEqual([view, name]);
      expect(await sharp(await readFile(await saved.path())).metadata()).toMatchObject({
        format: 'webp',
        width: 40,
      });
    }
    await page.close();
  });

  it('without download is shown', async () => {
    const page = await browser.newPage();
    await page.goto(pages.at('/shown'));
    await page.click('a');
    await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/acme\//);
    expect(await page.evaluate('document.images[0].naturalWidth')).toBe(40);
    await page.close();
  });
});
