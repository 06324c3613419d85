import { readFile } from 'node:fs/promises';
import type { Browser, Request } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../client/html.ts';
import { grantAnswers } from '../../client/lib/grant-answer.ts';
import { type Minter, signet } from '../../client/signet.ts';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';
import { sampleFile } from '../e2e/installation.ts';
import { isMissing, startBrowser } from './browser.ts';
import { servePages } from './pages.ts';

/* One grant for a page: whichever of six widths a browser takes, it is allowed to. */

const name = 'albums/2026/dunes at dusk (1).jpg';
const widths = [320, 480, 640, 800, 960, 1_600];
const options = { widths, sizes: '100vw', alt: 'Dunes' };
const recipe = { format: 'webp' } as const;

/** Three widths of the window on two kinds of screen take each of the six. */
const screens = [320, 480, 800].flatMap((width) =>
  [1, 2].map((ratio) => ({ width, ratio, taken: width * ratio })),
);

describe.skipIf(isMissing('what a browser makes of a srcset'))('a page under one grant', () => {
  let stack: CommandStack;
  let browser: Browser;
  let images: Minter;
  let pages: Awaited<ReturnType<typeof servePages>>;

  /** What the application does for whoever may see the album. */
  const album = async () => images.grant({ scope: 'albums/2026/*', expires: '1h' });

  beforeAll(async () => {
    stack = await startCommandStack();
    await stack.publish('acme', {
      operations: { resize: { w: widths }, format: { f: ['webp'] } },
    });
    const sample = await readFile(sampleFile('dunes at dusk.jpg'));
    await stack.upload('acme', name, sample);
    const { stdout } = await stack.run('keys', 'show', 'acme', '--env');
    const read = (variable: string): string =>
      new RegExp(`^SIGNET_${variable}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
    images = signet({
      ...{ url: read('URL'), tenant: read('TENANT') },
      ...{ kid: read('KID'), key: read('KEY') },
    });
    const tagWith = (grant: string, cookie = false): string =>
      html(images.withGrant(grant, { cookie }).picture(name, recipe, options));
    const answers = grantAnswers(images, {
      as: 'cookie',
      grant: () => ({ scope: 'albums/2026/*', expires: '1h' }),
    });
    pages = await servePages({
      '/query': async () => ({ body: tagWith(await album()) }),
      '/cookie': async () => {
        const { cookie } = await answers(undefined);
        return { cookie, body: tagWith(await album(), true) };
      },
      '/no-cookie': async () => ({ body: tagWith(await album(), true) }),
      '/other-album': async () => ({
        body: tagWith(await images.grant({ scope: 'albums/2025/*' })),
      }),
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
    await stack?.stop();
  });

  type Shown = { readonly from: string; readonly width: number; readonly cookie: string };
  /** Runs in the browser, whose names are not known here. */
  const shownOnPage = `({
    from: document.images[0].currentSrc,
    width: document.images[0].naturalWidth,
    cookie: document.cookie,
  })`;
  /** Nothing for a refusal: browsers keep what is no image from a page, and say that the request failed. */
  async function answerTo(request: Request) {
    const answer = request.failure() === null ? await request.response() : null;
    return { url: new URL(request.url()), bytes: await answer?.body() };
  }

  type Screen = { readonly width: number; readonly ratio: number };

  /** Opens a page in a profile of its own; the answer is what came of its image. */
  async function opened(path: string, { width, ratio }: Screen = { width: 320, ratio: 1 }) {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      deviceScaleFactor: ratio,
    });
    const page = await context.newPage();
    const asked: Request[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(stack.address)) asked.push(request);
    });
    await page.goto(pages.at(path), { waitUntil: 'networkidle' });
    const shown = await page.evaluate<Shown>(shownOnPage);
    const answers = await Promise.all(asked.map(answerTo));
    await context.close();
    return { ...shown, answers };
  }

  it.each(['/query', '/cookie'])(
    'in the %s loads whichever width a window and a screen ask for',
    async (path) => {
      const taken: number[] = [];
      for (const screen of screens) {
        const { from, width, cookie, answers } = await opened(path, screen);
        const [answer, second] = answers;
        expect(second).toBeUndefined();
        expect(from).toBe(answer?.url.href);
        expect(answer?.url.pathname).toMatch(new RegExp(`__op__resize,w_${screen.taken}$`));
        expect([...(answer?.url.searchParams.keys() ?? [])]).toEqual(
          path === '/query' ? ['grant'] : [],
        );
        expect(await sharp(answer?.bytes).metadata()).toMatchObject({
          format: 'webp',
          width: screen.taken,
        });
        // In CSS pixels, of which a screen with two has half as many.
        expect(width).toBe(screen.width);
        // No script can read it.
        expect(cookie).toBe('');
        taken.push(screen.taken);
      }
      expect(taken.toSorted((a, b) => a - b)).toEqual(widths);
    },
    120_000,
  );

  it('has made each of them once, whichever way the grant came', async () => {
    const keys: string[] = [];
    for await (const key of stack.derivatives.list(`acme/${name}`)) keys.push(key);
    expect(keys).toHaveLength(widths.length);
  });

  it.each([
    ['/no-cookie', 'forbidden'],
    ['/other-album', 'denied_scope'],
  ])('of %s shows nothing: %s', async (path, code) => {
    const { width, answers } = await opened(path);
    expect(width).toBe(0);
    expect(answers.map(({ bytes }) => bytes)).toEqual([undefined]);
    const again = await fetch(answers[0]?.url ?? '');
    expect([again.status, again.headers.get('x-signet-error')]).toEqual([403, code]);
  });
});
