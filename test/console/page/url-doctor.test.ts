import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, startBrowser } from '../../browser/browser.ts';
import { answerTo, picture } from '../../cli/stack.ts';
import { type ConsoleStack, pageFiles, startConsoleStack } from '../console-stack.ts';
import {
  axeFindings,
  layoutShift,
  openConsolePage,
  overflow,
  sizes,
  tabTo,
} from './console-page.ts';

describe.skipIf(isMissing('the URL doctor of the console in a browser'))('the URL doctor', () => {
  let stack: ConsoleStack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startConsoleStack(await pageFiles());
    browser = await startBrowser();
    await stack.run('tenant', 'create', 'acme');
    for (const name of ['albums/7/a.jpg', 'albums/7/b.jpg', 'c.jpg'])
      await stack.upload('acme', name, await picture('teal', { width: 800, height: 600 }));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const mint = (name: string) => stack.mint('acme', name, 'resize,w_320', 'format,f_webp');
  const open = (options?: object) => openConsolePage(browser, stack, '/urls', options);
  const notice = (page: Page) => page.locator('.url-doctor > .stack > .notice').first();
  async function ask(page: Page, text: string): Promise<void> {
    await page.getByLabel('A URL, or a line of a log').fill(text);
    await page.getByRole('button', { name: 'Explain it' }).click();
    await notice(page).waitFor();
  }

  it('says what a URL is, who signed it, what it costs, and shows its picture', async () => {
    const page = await open();
    await ask(page, await mint('c.jpg'));
    expect(await notice(page).textContent()).toMatch(/^It is allowed\./);
    const facts = await page.getByRole('region', { name: 'What it is' }).textContent();
    for (const fact of ['acme', 'c.jpg', 'the key r1.1', 'resize,w_320', 'A million viewsUSD'])
      expect(facts).toContain(fact);
    expect(await page.getByAltText('What a viewer gets').getAttribute('width')).toBe('320');
    expect(page.url()).not.toMatch(/sig|exp/);
    await page.context().close();
  });

  it.each([
    ['a changed width', (url: string) => url.replace('w_320', 'w_640'), 'forbidden', /w_640.*sig=/],
    [
      'a width that is denied',
      (url: string) => url.replace('w_320', 'w_321'),
      'forbidden',
      /nearest/,
    ],
    ['no signature', (url: string) => url.replace(/\?.*/, ''), 'forbidden', /w_320.*sig=/],
  ])(
    'says of %s why it is refused, and what to write instead',
    async (_what, change, code, instead) => {
      const page = await open();
      await ask(page, change(await mint('c.jpg')));
      expect(await notice(page).textContent()).toMatch(new RegExp(`^It is refused: ${code}\\.`));
      const region = page.getByRole('region', { name: 'What to write instead' });
      await expect.poll(() => region.textContent()).toMatch(instead);
      await page.context().close();
    },
  );

  it('reads a line of a log', async () => {
    await answerTo((await mint('c.jpg')).replace('w_320', 'w_48'));
    const log = path.join(stack.home, 'logs', 'edge.log');
    await expect.poll(async () => readFile(log, 'utf8')).toMatch(/forbidden/);
    const lines = (await readFile(log, 'utf8')).split('\n');
    const page = await open();
    await ask(page, lines.findLast((line) => line.includes('forbidden')) ?? '');
    expect(await notice(page).textContent()).toMatch(/^It is refused: forbidden/);
    await page.context().close();
  });

  it.each(['', '<script>alert(1)</script>', 'http://evil.example/x', '\u0000\u202e', '{"a":1}'])(
    'answers %j with a sentence, and shows it as text',
    async (text) => {
      const page = await open();
      await page.getByLabel('A URL, or a line of a log').fill(text);
      await page.getByRole('button', { name: 'Explain it' }).click();
      if (text !== '') await page.locator('.notice').first().waitFor();
      expect(await page.locator('script:not([src])').count()).toBe(0);
      await page.context().close();
    },
  );

  it('takes a picture down from its URL, by keyboard alone, and serves it again', async () => {
    const url = await mint('albums/7/a.jpg');
    expect(await answerTo(url)).toBe('200');
    const page = await open();
    await tabTo(page, 'A URL, or a line of a log');
    await page.keyboard.insertText(url);
    await page.keyboard.press('Enter');
    await page.getByText('It covers 1 source').waitFor();
    await tabTo(page, 'Block…');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Reason');
    await page.keyboard.type('notice 17');
    await tabTo(page, 'Block it');
    await page.keyboard.press('Enter');
    await page.getByText('Verified: the stored derivative').waitFor();
    expect(await answerTo(url)).toBe('denied_blocked');
    await page.keyboard.press('Escape');
    await expect.poll(() => notice(page).textContent()).toMatch(/denied_blocked/);
    await page.getByRole('button', { name: 'Unblock…' }).click();
    await page.getByLabel('Reason').fill('withdrawn');
    await page.getByRole('button', { name: 'Serve it again' }).click();
    await page.getByText('Unblocked albums/7/a.jpg').waitFor();
    expect(await answerTo(url)).toBe('200');
    await page.context().close();
  });

  it('shows what a folder covers, and purges it', async () => {
    const page = await open();
    await ask(page, await mint('albums/7/b.jpg'));
    await page
      .getByRole('region', { name: 'Take it down' })
      .getByRole('combobox')
      .selectOption('albums/7/*');
    await page.getByText('It covers 2 sources').waitFor();
    await page.getByRole('button', { name: 'Purge…' }).click();
    await page.getByRole('button', { name: 'Purge it' }).click();
    await page.getByText(/^(?:Purged \d+|No) derivatives/).waitFor();
    await page.context().close();
  });

  it.each([
    ['phone', 'dark'],
    ['desk', 'light'],
  ] as const)(
    'on a %s in %s colours has no finding of axe, and nothing moves',
    async (size, colorScheme) => {
      const page = await open({ viewport: sizes[size], colorScheme });
      await ask(page, (await mint('c.jpg')).replace('w_320', 'w_640'));
      await page.getByText('It covers').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await layoutShift(page)).toBeLessThanOrEqual(0.02);
      await page.context().close();
    },
  );
});
