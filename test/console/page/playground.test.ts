import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takenWidth } from '../../../console/page/playground/srcset-choice.ts';
import { isMissing, startBrowser } from '../../browser/browser.ts';
import { servePages } from '../../browser/pages.ts';
import { picture } from '../../cli/stack.ts';
import { type ConsoleStack, pageFiles, startConsoleStack } from '../console-stack.ts';
import {
  axeFindings,
  layoutShift,
  openConsolePage,
  overflow,
  sizes,
  tabTo,
} from './console-page.ts';

const tenantPolicy = {
  operations: {
    resize: [{ w: [240, 320, 640, 1_280] }],
    format: { f: ['auto', 'webp', 'png', 'jpg'] },
    quality: { q: [40, 80] },
    grayscale: {},
  },
};

describe.skipIf(isMissing('the playground of the console in a browser'))('the playground', () => {
  let stack: ConsoleStack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startConsoleStack(await pageFiles());
    browser = await startBrowser();
    await stack.publish('other', tenantPolicy);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const file = async (name: string) => ({
    ...{ name, mimeType: 'image/jpeg' },
    buffer: await picture('teal', { width: 1_600, height: 1_200 }),
  });
  const open = (view?: string, options?: object) => openConsolePage(browser, stack, view, options);
  /** Waits until the answer to a recipe is shown, and returns what is said about it. */
  const fact = (page: Page, name: string) =>
    page.locator('.fact').filter({ hasText: name }).locator('dd').first();

  /** Shows HTML in a page of another origin, and returns how wide its picture is. */
  async function widthElsewhere(html: string): Promise<number> {
    const pages = await servePages({ '/': async () => ({ body: html }) });
    const page = await browser.newPage();
    await page.goto(pages.at('/'));
    const width = await page.evaluate<number>(
      `(async () => { const it = document.querySelector('img'); await it.decode(); return it.naturalWidth; })()`,
    );
    await page.close();
    await pages.stop();
    return width;
  }

  it('lets a newcomer drop a picture, change three controls, and copy an <img> that another page shows', async () => {
    const page = await open('/?tenant=other');
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a picture' }).click();
    await (await choosing).setFiles(await file('harbour.jpg'));
    await page.getByText('harbour.jpg is stored.').waitFor();
    await page.getByLabel('w width in pixels').selectOption('320');
    await page.getByLabel(/^f /).selectOption('png');
    await page.getByRole('checkbox', { name: 'grayscale' }).check();
    await expect.poll(() => fact(page, 'Size').textContent()).toBe('320 × 240');
    await expect.poll(() => fact(page, 'Type').textContent()).toBe('PNG');
    await page.getByRole('tab', { name: '<img>' }).click();
    await page.getByRole('button', { name: 'Copy <img>' }).click();
    await page.getByText('Copied').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^<img src="http.* srcset="/);
    expect([240, 320, 640, 1_280]).toContain(await widthElsewhere(copied));
    expect(new URL(page.url()).search).not.toMatch(/sig|exp|token/);
    await page.context().close();
  });

  it('does the same by keyboard alone, and the address brings it back', async () => {
    await stack.upload('other', 'quay.jpg', await picture('navy', { width: 1_600, height: 1_200 }));
    const page = await open('/?tenant=other');
    await fact(page, 'Size').filter({ hasText: '×' }).waitFor();
    await tabTo(page, 'Search, or the path');
    await page.keyboard.type('quay');
    await expect.poll(() => page.locator('.source').count()).toBe(1);
    await tabTo(page, 'quay.jpg');
    await page.keyboard.press('Enter');
    await tabTo(page, 'grayscale');
    await page.keyboard.press('Space');
    await tabTo(page, /^URL$/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { selected: true }).textContent()).toBe('<img>');
    await expect.poll(() => page.url()).toMatch(/path=quay.jpg.*grayscale/);
    await page.reload();
    await page.getByRole('checkbox', { name: 'grayscale', checked: true }).waitFor();
    await page.context().close();
  });

  it('disables each value that the policy refuses, and says why', async () => {
    const page = await open('/?tenant=other&recipe=resize,w_320');
    const option = page.getByLabel(/^q /).locator('option');
    await page.getByRole('checkbox', { name: 'quality' }).check();
    await expect.poll(() => option.allTextContents()).toEqual([expect.any(String), '40', '80']);
    expect(await page.getByRole('checkbox', { name: 'blur' }).isDisabled()).toBe(true);
    const mode = page.getByLabel(/^m /).locator('option', { hasText: 'fill' });
    expect(await mode.textContent()).toMatch(/^fill – .*resize/);
    expect(await mode.isDisabled()).toBe(true);
    await page.context().close();
  });

  it.each([
    ['Change a character of the signature', 'forbidden', 'verify'],
    ['Ask for a width the policy does not allow', 'denied_value', 'authorize'],
    ['Let it expire', 'expired', 'verify'],
    ['Sign with another tenant’s key', 'forbidden', 'verify'],
  ])('breaks a URL: "%s" is %s', async (name, code, stage) => {
    const page = await open('/?tenant=other&path=quay.jpg&recipe=resize,w_320');
    await fact(page, 'Size').filter({ hasText: '×' }).waitFor();
    await page.getByRole('button', { name }).click();
    const refused = page.locator('.stage.refused');
    await refused.waitFor();
    expect(await refused.locator('h3').textContent()).toContain(stage);
    expect(
      await page.getByRole('region', { name: 'Break it' }).getByRole('alert').textContent(),
    ).toMatch(new RegExp(`^${code}: .*The viewer gets 40\\d`));
    await page.getByRole('button', { name: 'Back to the URL that works' }).click();
    await expect.poll(() => refused.count()).toBe(0);
    await page.context().close();
  });

  it('takes the candidate of a srcset that Chromium takes', async () => {
    const widths = [240, 320, 640, 1_280];
    const pages = await servePages({ '/': async () => ({ body: '' }) });
    const srcset = widths.map((width) => `/picture-${width} ${width}w`).join(', ');
    for (const deviceScaleFactor of [1, 1.5, 2, 3]) {
      const context = await browser.newContext({ deviceScaleFactor });
      const page = await context.newPage();
      await page.goto(pages.at('/'));
      const shown = Array.from({ length: 60 }, (_, at) => 60 + at * 31);
      const taken = await page.evaluate<readonly string[]>(
        `Promise.all(${JSON.stringify(shown)}.map(async (width) => {
          const it = document.createElement('img');
          it.sizes = width + 'px';
          it.srcset = '${srcset}';
          document.body.append(it);
          await it.decode().catch(() => undefined);
          return it.currentSrc;
        }))`,
      );
      const expected = shown.map((width) => takenWidth(widths, width, deviceScaleFactor));
      expect(taken.map((src) => Number(src.split('-')[1]))).toEqual(expected);
      await context.close();
    }
    await pages.stop();
  });

  it('shows a name with markup as text', async () => {
    const name = '<img src=x onerror=alert(1)>.jpg';
    await stack.upload('other', name, await picture('olive', { width: 400, height: 300 }));
    const page = await open(`/?tenant=other&path=${encodeURIComponent(name)}`);
    await fact(page, 'Size').filter({ hasText: '×' }).waitFor();
    expect(await page.locator('.source-name', { hasText: 'onerror' }).first().textContent()).toBe(
      name,
    );
    expect(await page.locator('img[src=x]').count()).toBe(0);
    await page.context().close();
  });

  it.each([
    ['phone', 'light'],
    ['desk', 'dark'],
  ] as const)(
    'on a %s in %s colours has no finding of axe, and nothing moves',
    async (size, colorScheme) => {
      const page = await open('/?tenant=other&path=quay.jpg', {
        viewport: sizes[size],
        colorScheme,
      });
      await fact(page, 'Size').filter({ hasText: '×' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await layoutShift(page)).toBeLessThanOrEqual(0.02);
      await page.context().close();
    },
  );
});
