import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, startBrowser } from '../../browser/browser.ts';
import { answerTo, picture } from '../../cli/stack.ts';
import { type ConsoleStack, pageFiles, startConsoleStack } from '../console-stack.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const patience = 60_000;

type Look = { readonly width?: number; readonly scheme?: 'light' | 'dark' };

/* What runs in the page is text, because the page has other globals than these tests. */

/** Adds up how much what is shown has moved by itself. */
const watchShifts = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries())
      if (!hadRecentInput) globalThis.shifted += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

const shiftsOf = (page: Page): Promise<number> => page.evaluate('shifted');

async function findingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
}

/** Moves the focus forward until it is on something with this name. */
async function tabTo(page: Page, name: string): Promise<void> {
  const names = `(() => {
    const at = document.activeElement;
    const label = at?.closest('label')?.querySelector('.name')?.textContent;
    return [at?.getAttribute('aria-label'), label, at?.textContent].map((one) => one?.trim());
  })()`;
  for (let step = 0; step < 150; step += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate<readonly unknown[]>(names)).includes(name)) return;
  }
  throw new Error(`the focus never came to ${name}`);
}

/** Puts the focus before the content, as the first link of the page does. */
const goToContent = (page: Page): Promise<void> =>
  page.evaluate(`document.getElementById('main').focus()`);

describe.skipIf(isMissing('the policies of the console'))('the policies of the console', () => {
  let stack: ConsoleStack;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    stack = await startConsoleStack(await pageFiles());
    browser = await startBrowser();
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
    await stack?.stop();
  });

  async function open(path: string, { width = 1440, scheme = 'light' }: Look = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      bypassCSP: true,
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.addInitScript({ content: watchShifts });
    await page.goto(stack.console.address);
    await page.getByRole('link', { name: 'Policies' }).waitFor();
    await page.goto(new URL(path, stack.console.address).href);
    return page;
  }

  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });

  async function publish(page: Page, reason: string): Promise<void> {
    await button(page, 'Publish…').click();
    await page.getByLabel('Reason').fill(reason);
    await button(page, 'Publish').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  const narrow = { operations: { resize: { w: [320, 640] } } };

  it('let a newcomer create a tenant, narrow it, see a URL refused, roll back and see it served', async () => {
    const page = await open('/policies');
    await button(page, 'Create a tenant').click();
    await page.getByRole('textbox', { name: /^Name/ }).fill('shop');
    await button(page, 'Create').click();
    await page.getByRole('heading', { name: 'shop' }).waitFor();
    await stack.upload('shop', 'cat.jpg', await picture('red', { width: 900, height: 600 }));
    const url = await stack.mint('shop', 'cat.jpg', 'resize,w_640');
    expect(await answerTo(url)).toBe('200');

    await page.locator('summary', { hasText: 'resize' }).click();
    await page.locator('summary', { hasText: 'Rule 1' }).click();
    await page.getByLabel('Values of w').fill('320');
    await page
      .getByText(/removes resize w .*640/)
      .first()
      .waitFor();
    await button(page, 'Replay').click();
    await expect
      .poll(() => page.getByRole('list', { name: 'Newly refused requests' }).count())
      .toBe(1);
    expect(await page.locator('.refused').first().innerText()).toMatch(/cat\.jpg.*resize,w_640/s);
    expect(await findingsOf(page)).toEqual([]);
    expect(await shiftsOf(page)).toBeLessThanOrEqual(0.02);
    await publish(page, 'only small pictures');
    await page.getByText('Published version 2').waitFor();
    await expect.poll(() => answerTo(url)).toBe('denied_value');

    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('only small pictures').waitFor();
    await page.getByText(/^Intact: 2 versions/).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await button(page, 'Restore… version 1').click();
    await page.getByLabel('Reason').fill('the shop needs 640');
    await button(page, 'Restore').click();
    await page.getByText('Version 3', { exact: true }).waitFor();
    await expect.poll(() => answerTo(url)).toBe('200');
  });

  it('are changed, published and deleted by keyboard alone on a narrow page', async () => {
    await stack.publish('keys-only', narrow);
    const page = await open('/policies', { width: 375, scheme: 'dark' });
    await page.getByRole('link', { name: 'keys-only' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await tabTo(page, 'keys-only');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'keys-only' }).waitFor();
    await page.locator('summary', { hasText: 'resize' }).waitFor();
    await tabTo(page, 'resize w 320, 640');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Values of w');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('320-400 step 80');
    await page.getByText(/resize w: 320, 640 becomes 320–400 step 80/).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await goToContent(page);
    await tabTo(page, 'Publish…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'Reason');
    await page.keyboard.type('by keyboard');
    const submit = page.getByRole('dialog').locator('button[type=submit]');
    await expect.poll(() => submit.isEnabled()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText('Published version 2').waitFor();
    await goToContent(page);
    await tabTo(page, 'Delete…');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Reason');
    await page.keyboard.type('not needed');
    await tabTo(page, 'Write keys-only to confirm');
    await page.keyboard.type('keys-only');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Policies' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'keys-only' }).count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
  });

  it('show both changes if two consoles publish, and overwrite nothing', async () => {
    await stack.publish('both', narrow);
    const [one, other] = [await open('/policies?tenant=both'), await open('/policies?tenant=both')];
    for (const [page, widths] of [
      [one, '320'],
      [other, '640'],
    ] as const) {
      await page.locator('summary', { hasText: 'resize' }).click();
      await page.getByLabel('Values of w').fill(widths);
    }
    await button(other, 'Publish…').click();
    await other.getByLabel('Reason').fill('mine');
    await publish(one, 'theirs <b>first</b>');
    await button(other, 'Publish').click();
    const theirs = other.getByRole('region', { name: 'Their changes' });
    await theirs.getByText('removes resize w 640').waitFor();
    expect(await theirs.innerText()).toContain('theirs <b>first</b>');
    const yours = other.getByRole('region', { name: 'Your changes' });
    expect(await yours.innerText()).toContain('removes resize w 320');
    await button(other, 'Publish mine on top…').click();
    await other.getByLabel('Reason').fill('mine after all');
    await button(other, 'Publish').click();
    await other.getByText('Published version 3').waitFor();
    const live = await stack.json<{ operations: object }>('tenant', 'show', 'both');
    expect(live.operations).toEqual({ resize: [{ w: [640] }] });
  });

  it('keep a draft through a reload, and ask before it is left', async () => {
    await stack.publish('kept', narrow);
    const page = await open('/policies?tenant=kept');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss());
    });
    await page.locator('summary', { hasText: 'resize' }).click();
    await page.getByLabel('Values of w').fill('480');
    await page.getByText('Draft of version 1').waitFor();
    await page.reload();
    await page.getByText('Draft of version 1').waitFor();
    await page.getByRole('link', { name: 'All tenants' }).click();
    expect(asked).toEqual(['beforeunload', 'confirm']);
    await page.getByRole('heading', { name: 'kept' }).waitFor();
  });

  it('say in the JSON what is wrong, and stay usable with 500 rules', async () => {
    const rules = (name: string, of: (at: number) => object) => ({
      [name]: Array.from({ length: 100 }, (_, at) => of(at)),
    });
    await stack.publish('large', {
      operations: {
        ...rules('resize', (at) => ({ w: [at + 10], h: { min: 1, max: 900 + at } })),
        ...rules('crop', (at) => ({ x: [at], w: { min: 1, max: 500 + at } })),
        ...rules('blur', (at) => ({ s: [(at % 50) + 1], r: [(at % 50) + 1] })),
        ...rules('bright', (at) => ({ b: [at - 50] })),
        ...rules('contrast', (at) => ({ c: [at - 50] })),
      },
    });
    const page = await open('/policies?tenant=large');
    await page.locator('summary', { hasText: 'contrast' }).waitFor();
    await page.getByRole('textbox', { name: 'The policy as JSON' }).click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"cahe": 1,');
    await page
      .getByText(/is not a known field; did you mean "?cache/)
      .first()
      .waitFor();
    for (let typed = 0; typed < 10; typed += 1) await page.keyboard.press('Backspace');
    await page.getByText('Version 1, unchanged').waitFor();
    await page.getByText(/Derivatives per source/).waitFor();
  });

  it('show texts of others as text', async () => {
    const reason = '<img src=x onerror=alert(1)>';
    await stack.run('tenant', 'create', 'hostile');
    const file = await stack.written(JSON.stringify({ tenant: 'hostile', ...narrow }));
    await stack.run('policy', 'publish', file, '--reason', reason);
    const page = await open('/policies?tenant=hostile&tab=history&from=1&to=2');
    await page.getByText(reason).waitFor();
    await page.getByText(/no longer allows operation quality/).waitFor();
    expect(await page.locator('.version img').count()).toBe(0);
    await page.goto(new URL('/policies?tenant=..%2F<b>x', stack.console.address).href);
    await page.getByText(/is not a tenant name/).waitFor();
  });

  it('say that nothing answers once the stack is stopped, and keep the draft', async () => {
    await stack.publish('last', narrow);
    const page = await open('/policies?tenant=last');
    await page.locator('summary', { hasText: 'resize' }).click();
    await page.getByLabel('Values of w').fill('480');
    await page.getByText('adds resize w 480').first().waitFor();
    await button(page, 'Publish…').click();
    await page.getByLabel('Reason').fill('too late');
    await expect.poll(() => button(page, 'Publish').isEnabled()).toBe(true);
    process.kill(stack.instance.pid, 'SIGTERM');
    await expect
      .poll(() =>
        answerTo(
          stack.instance.ports.cdn === 0 ? '' : `http://127.0.0.1:${stack.instance.ports.cdn}/`,
        ).catch(() => 'gone'),
      )
      .toBe('gone');
    await button(page, 'Publish').click();
    await page
      .getByText(/Is Signet running|no stack runs/)
      .first()
      .waitFor();
    await button(page, 'Go on editing').click();
    expect(await page.getByLabel('Values of w').inputValue()).toBe('480');
  });
});
