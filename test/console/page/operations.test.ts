import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningConsole, startConsole } from '../../../console/server/server.ts';
import { isMissing, startBrowser } from '../../browser/browser.ts';
import { answerTo, picture } from '../../cli/stack.ts';
import { exitOf, type RunningStack, startRunningStack } from '../../local/running-stack.ts';
import { createMemoryInstallation } from '../../operator/memory-installation.ts';
import { type ConsoleStack, pageFiles, startConsoleStack } from '../console-stack.ts';
import {
  axeFindings,
  layoutShift,
  openConsolePage,
  overflow,
  sizes,
  tabTo,
} from './console-page.ts';

const hostile = '<img src=x onerror=alert(1)>\u202e\u0007.jpg';
const policy = {
  operations: { resize: [{ w: [96, 240] }], format: { f: ['auto', 'webp', 'jpg'] } },
};

describe.skipIf(isMissing('operations of the console in a browser'))('operations', () => {
  let stack: ConsoleStack;
  let browser: Browser;
  let again: RunningStack | undefined;
  beforeAll(async () => {
    stack = await startConsoleStack(await pageFiles());
    browser = await startBrowser();
    await stack.publish('acme', { ...policy, fallback: 'nothing.jpg' });
    await stack.upload('acme', 'quay.jpg', await picture('navy', { width: 800, height: 600 }));
  });
  afterAll(async () => {
    await browser?.close();
    await again?.stop();
    await stack?.stop();
  });

  const open = (query: string, options?: object) =>
    openConsolePage(browser, stack, `/operations?${query}`, options);
  const rows = (page: Page) => page.locator('.request');
  const figure = (page: Page, name: string) =>
    page.locator('.figure').filter({ hasText: name }).locator('dd').first();
  const requestCount = async (page: Page): Promise<number> =>
    Number((await figure(page, 'Requests').textContent())?.replaceAll(',', ''));

  describe('requests', () => {
    it('are shown as they come, add up, and can be filtered and paused', async () => {
      const page = await open('part=requests&tenant=acme&text=w_24');
      await page.getByText('live', { exact: true }).waitFor();
      const url = await stack.mint('acme', 'quay.jpg', 'resize,w_240', 'format,f_jpg');
      await answerTo(url);
      await answerTo(url);
      expect(await answerTo(url.replace('w_240', 'w_241'))).toBe('forbidden');
      await rows(page)
        .filter({ hasText: /rendered in \d+ ms/ })
        .waitFor();
      await rows(page).filter({ hasText: 'from a cache' }).waitFor();
      await page.getByRole('region', { name: 'Refusals by code' }).getByText('forbidden').waitFor();
      expect(await figure(page, 'Renders').textContent()).toBe('1');
      expect(await figure(page, 'Hit rate').textContent()).toBe('33 %');
      expect(await page.content()).not.toContain(new URL(url).searchParams.get('sig'));
      await page.getByLabel('Answer').selectOption('refused');
      await expect.poll(() => rows(page).count()).toBe(1);
      expect(new URL(page.url()).searchParams.get('code')).toBe('refused');
      await rows(page).first().click();
      await page.getByRole('dialog').getByText('Refused with').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Pause' }).click();
      await answerTo(url.replace('w_240', 'w_242'));
      await page.getByRole('button', { name: 'Go on (1 more)' }).waitFor();
      expect(await rows(page).count()).toBe(1);
      expect(await figure(page, 'Refused').textContent()).toBe('2');
      await page.getByRole('button', { name: 'Go on' }).click();
      await expect.poll(() => rows(page).count()).toBe(2);
      await page.context().close();
    });

    it('have texts of others, which are shown as text', async () => {
      const page = await open('part=requests');
      await page.getByText('live', { exact: true }).waitFor();
      const line = {
        ...{ time: new Date().toISOString(), function: 'viewer-request', requestId: 'hostile' },
        ...{ outcome: 'forbidden', tenant: 'acme', path: hostile, reason: `${hostile}\nnext` },
      };
      await appendFile(path.join(stack.home, 'logs/edge.log'), `${JSON.stringify(line)}\n`);
      const row = rows(page).filter({ hasText: 'onerror' }).first();
      expect(await row.textContent()).toContain('<img src=x onerror=alert(1)>\ufffd\ufffd.jpg');
      expect(await page.locator('img[src=x]').count()).toBe(0);
      await page.context().close();
    });

    it('are 100,000 in no more than 10 MB of the page', async () => {
      const page = await open('part=requests&tenant=busy');
      await page.getByText('live', { exact: true }).waitFor();
      const session = await page.context().newCDPSession(page);
      const heap = async (): Promise<number> => {
        await session.send('HeapProfiler.collectGarbage');
        return (await session.send('Runtime.getHeapUsage')).usedSize;
      };
      const before = await heap();
      const batch = 5_000;
      const drawn = { function: 'origin-response', outcome: 'rendered', renderMilliseconds: 5 };
      const refused = { function: 'viewer-request', outcome: 'denied_value', reason: 'no' };
      for (let written = 0; written < 100_000; written += batch) {
        const lines = Array.from({ length: batch }, (_, at) => {
          const time = new Date().toISOString();
          const id = { time, requestId: `r${written + at}` };
          const named = {
            tenant: 'busy',
            path: `albums/${written + at}.jpg`,
            recipe: 'resize,w_1',
          };
          return JSON.stringify({ ...id, ...named, ...(written < 90_000 ? drawn : refused) });
        });
        await appendFile(path.join(stack.home, 'logs/edge.log'), `${lines.join('\n')}\n`);
        await expect
          .poll(() => requestCount(page), { timeout: 60_000 })
          .toBeGreaterThan(written - 4 * batch);
      }
      await expect.poll(() => requestCount(page), { timeout: 60_000 }).toBe(100_000);
      expect((await heap()) - before).toBeLessThan(10_000_000);
      expect(await rows(page).count()).toBeLessThan(60);
      await page.context().close();
    });
  });

  describe('keys', () => {
    it('are rotated by mouse, and the old one is retired by keyboard alone', async () => {
      const url = await stack.mint('acme', 'quay.jpg', 'resize,w_240');
      const page = await open('part=keys&tenant=acme');
      await page.getByRole('button', { name: 'Rotate' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('what was signed before stays valid').waitFor();
      await dialog.getByLabel('Reason').fill('quarterly');
      await dialog.getByRole('button', { name: 'Rotate' }).click();
      await dialog.getByText('acme now signs with r1.2').waitFor();
      await page.keyboard.press('Escape');
      expect(await answerTo(url)).toBe('200');
      await tabTo(page, 'Retire r1.1');
      await page.keyboard.press('Enter');
      await dialog.getByText('will be refused within a minute. This cannot be undone.').waitFor();
      await dialog.getByText('URLs that it signed').waitFor();
      await tabTo(page, 'Reason');
      await page.keyboard.type('all backends have the new one');
      await page.keyboard.press('Enter');
      await dialog.getByText('Retired r1.1 of acme').waitFor();
      await page.keyboard.press('Escape');
      expect(await answerTo(url)).toBe('denied_kid');
      await expect.poll(() => page.getByRole('row', { name: /r1\.1/ }).count()).toBe(0);
      const { keys } = await stack.json<{ keys: { accept: string[] } }>('tenant', 'show', 'acme');
      expect(keys.accept).toEqual(['r1.2']);
      await page.context().close();
    });

    it('say why a root key cannot be retired', async () => {
      const page = await open('part=keys');
      const roots = page.getByRole('region', { name: 'Root keys' });
      await roots.getByText('new keys are derived from it').waitFor();
      expect(await roots.getByRole('button', { name: 'Retire' }).count()).toBe(0);
      await roots.getByRole('button', { name: 'Add a root key' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Add a root key' }).click();
      await page.getByText('Added root key r2').waitFor();
      await page.keyboard.press('Escape');
      await roots.getByText('not every function has loaded it yet').waitFor();
      await page.context().close();
    });
  });

  describe('sources', () => {
    const files = async () => [
      { name: 'one.jpg', mimeType: 'image/jpeg', buffer: await picture('teal') },
      { name: hostile, mimeType: 'image/jpeg', buffer: await picture('red') },
      { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>') },
    ];

    it('are uploaded together, and each that is refused says why', async () => {
      const page = await open('part=sources&tenant=acme&folder=new/');
      await page.getByText('This folder is empty.').waitFor();
      const choosing = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Upload files' }).click();
      await (await choosing).setFiles(await files());
      await page.getByText(/of 3 files stored, \d not/).waitFor();
      const uploads = page.getByLabel('Uploads');
      await uploads.getByText('new/page.html is HTML, not a JPEG').waitFor();
      const list = page.getByLabel('Folders and sources');
      await list.getByRole('button', { name: 'one.jpg' }).waitFor();
      expect(await page.locator('img[src=x]').count()).toBe(0);
      await page.context().close();
    });

    it('get a focal point, and are deleted after what that covers was shown', async () => {
      await stack.upload('acme', 'albums/gone.jpg', await picture('teal'));
      const url = await stack.mint('acme', 'albums/gone.jpg', 'resize,w_96', 'format,f_jpg');
      expect(await answerTo(url)).toBe('200');
      const page = await open('part=sources&tenant=acme');
      await page.getByRole('button', { name: 'albums/' }).click();
      await page.getByRole('button', { name: 'gone.jpg' }).click();
      await page.getByLabel('From the left').fill('30');
      await page.getByLabel('From the left').press('Tab');
      await page.getByText('The focal point is 30,50').waitFor();
      await expect.poll(() => page.locator('.source-facts').textContent()).toContain('30,50');
      expect(await answerTo(url)).toBe('200');
      await page.getByRole('button', { name: 'Purge', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('It covers 1 source and 1 stored derivative').waitFor();
      await dialog.getByRole('button', { name: 'Purge' }).click();
      await dialog.getByText('Purged 1 derivative of 1 source').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await dialog.getByText('They cannot be restored.').waitFor();
      await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
      await dialog.getByText('Deleted 1 source of albums/gone.jpg').waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('No source chosen').waitFor();
      const listed = await stack.json<{ sources: { path: string }[] }>('ls', 'acme');
      expect(JSON.stringify(listed)).not.toContain('gone.jpg');
      await page.context().close();
    });
  });

  describe('usage', () => {
    it('is a chart, a table, and the CSV of the command line', async () => {
      const page = await open('part=usage&tenant=acme');
      const table = page.getByRole('region', { name: 'Usage in numbers' });
      await table.getByRole('rowheader', { name: 'acme' }).waitFor();
      await page.locator('.usage-canvas canvas').waitFor();
      const downloading = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download CSV' }).click();
      const csv = await readFile(await (await downloading).path(), 'utf8');
      const printed = await stack.run('usage', '--by', 'day', '--tenant', 'acme', '--csv');
      expect(csv).toBe(printed.stdout);
      await page.getByLabel('First day (UTC)').fill('2020-01-02');
      await page.getByLabel('Last day').fill('2020-01-01');
      await page.getByText('which is after the last one').waitFor();
      await page.context().close();
    });
  });

  describe('doctor', () => {
    it('finds a problem, says what to do, and takes an acknowledgement', async () => {
      const page = await open('part=doctor');
      const finding = page.locator('.finding.warn').filter({ hasText: 'policy acme' });
      await finding.getByText('its fallback nothing.jpg does not exist').waitFor();
      await finding.getByText('What to do: npx signet put acme PATH FILE').waitFor();
      await finding.getByRole('button', { name: 'Acknowledge' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('known <img src=x onerror=alert(1)>');
      await dialog.getByRole('button', { name: 'Acknowledge' }).click();
      await dialog.getByText('It is acknowledged.').waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('1 acknowledged').waitFor();
      await page.getByText(/Acknowledged by .*: known <img src=x/).waitFor();
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.getByRole('button', { name: 'Report again' }).waitFor();
      await page.context().close();
    });
  });

  describe('10,000 sources and 500 tenants', () => {
    let many: RunningConsole;
    beforeAll(async () => {
      const memory = createMemoryInstallation();
      const body = Buffer.from('x');
      for (let at = 0; at < 500; at += 1) await memory.publish(`tenant-${at}`);
      for (let at = 0; at < 10_000; at += 1)
        await memory.sources.put(`tenant-7/${String(at).padStart(5, '0')}.jpg`, body, {
          contentType: 'image/jpeg',
        });
      const options = { port: 0, target: 'local', files: await pageFiles(), clock: Date.now };
      many = await startConsole({ ...options, open: memory.open });
    });
    afterAll(() => many?.close());

    it('are listed a window at a time', async () => {
      const page = await openConsolePage(
        browser,
        { ...stack, console: many },
        '/operations?part=sources&tenant=tenant-7',
      );
      await page.getByText('10,000 sources').waitFor();
      const list = page.getByLabel('Folders and sources');
      await list.evaluate((element) => element.scrollTo(0, 1e9));
      await list.getByRole('button', { name: '09999.jpg' }).waitFor();
      expect(await list.getByRole('button').count()).toBeLessThan(60);
      expect(await page.getByLabel('Tenant').locator('option').count()).toBe(500);
      await page.context().close();
    });
  });

  it.each([
    ['requests', 'phone', 'dark'],
    ['requests', 'desk', 'light'],
    ['keys', 'phone', 'light'],
    ['keys', 'desk', 'dark'],
    ['sources&path=quay.jpg', 'phone', 'light'],
    ['sources&path=quay.jpg', 'desk', 'dark'],
    ['usage', 'phone', 'dark'],
    ['usage', 'desk', 'light'],
    ['doctor', 'phone', 'light'],
    ['doctor', 'desk', 'dark'],
  ] as const)(
    '%s on a %s in %s colours have no finding of axe, and nothing moves',
    async (part, size, colorScheme) => {
      const options = { viewport: sizes[size], colorScheme };
      const page = await open(`part=${part}&tenant=acme`, options);
      await page
        .locator('.request, .kids td, .source-facts, .usage-table, .finding')
        .first()
        .waitFor();
      await page.waitForLoadState('networkidle', { timeout: 1_000 }).catch(() => undefined);
      expect(await axeFindings(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await layoutShift(page)).toBeLessThanOrEqual(0.02);
      await page.context().close();
    },
  );

  it('says that the stack was stopped, and goes on by itself when it is started again', async () => {
    const page = await open('part=requests&tenant=acme');
    await page.getByText('live', { exact: true }).waitFor();
    stack.child.kill('SIGTERM');
    await exitOf(stack.child);
    await page.getByText('The stack does not run.').waitFor();
    again = await startRunningStack({ home: stack.home, environment: { SIGNET_CONSOLE: 'off' } });
    await page.getByText('live', { exact: true }).waitFor();
    await answerTo(`${again.address}/acme/after-the-start.jpg`);
    await rows(page).filter({ hasText: 'after-the-start.jpg' }).waitFor();
    await page.context().close();
  });
});
