import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ConsoleStack } from '../console-stack.ts';

/* How the tests look at the console as a person does, and measure what a person would notice. */

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Adds up the layout shifts that no input caused, from the first paint on. */
const watchShifts = `
  globalThis.shifts = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifts += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

export const sizes = {
  phone: { width: 375, height: 800 },
  desk: { width: 1_440, height: 900 },
} as const;

/** Opens a view of the console as somebody who has just started it. Errors of the page fail the test. */
export async function openConsolePage(
  browser: Browser,
  { console: { address } }: ConsoleStack,
  view = '/',
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    ...{
      viewport: sizes.desk,
      bypassCSP: false,
      permissions: ['clipboard-read', 'clipboard-write'],
    },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', ({ message }) => expect(message).toBe('no error in the page'));
  await page.addInitScript(watchShifts);
  await page.goto(address);
  await page.waitForURL(({ search }) => !search.includes('token'));
  if (view !== '/') await page.goto(new URL(view, address).href);
  return page;
}

export const layoutShift = (page: Page): Promise<number> => page.evaluate('globalThis.shifts');

/** How far the page is wider than the window, in pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

/** What axe finds wrong, with the first element of each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // The code runs beside the page, whose policy allows no script but its own.
  const session = await page.context().newCDPSession(page);
  const run = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  };
  await run(axeSource);
  const { violations } = (await run('axe.run().then(({ violations }) => ({ violations }))')) as {
    readonly violations: readonly Violation[];
  };
  await session.detach();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}

/** Presses Tab until the element with this accessible name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const focused = `(() => {
    const it = document.activeElement;
    const label = it?.getAttribute('aria-label') ?? it?.labels?.[0]?.textContent ?? it?.textContent ?? '';
    return label.trim().replace(/\\s+/g, ' ');
  })()`;
  const seen: string[] = [];
  for (let times = 0; times < 250; times += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(focused);
    if (typeof name === 'string' ? label.startsWith(name) : name.test(label)) return;
    seen.push(label.slice(0, 30));
  }
  throw new Error(`no element "${name}" was reached by Tab: ${[...new Set(seen)].join(' | ')}`);
}
