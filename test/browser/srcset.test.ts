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

/* A page with one grant and six widths. Whichever width a browser chooses, the grant allows it. */

const name = 'albums/2026/dunes at dusk (1).jpg';
const widths = [320, 480, 640, 800, 960, 1_600];
const options = { widths, sizes: '100vw', alt: 'Dunes' };
const recipe = { format: 'webp' } as const;

/** Three window widths on two kinds of screens choose each of the six widths once. */
const screens = [320, 480, 800].flatMap((width) =>
  [1, 2].map((ratio) => ({ width, ratio, chosen: width * ratio })),
);

describe.skipIf(isMissing('the srcset in a browser'))('a page under one grant', () => {
  let stack: CommandStack;
  let browser: Browser;
  let images: Minter;
  let pages: Awaited<ReturnType<typeof servePages>>;

  /** The application's grant for users who may see the album. */
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
  /** Runs in the browser. A string, because TypeScript does not know the browser's globals here. */
  const shownOnPage = `({
    from: document.images[0].currentSrc,
    width: document.images[0].naturalWidth,
    cookie: document.cookie,
  })`;
  /** `bytes` is undefined for a refusal: browsers block a response that is not an image and report a failure. */
  async function answerTo(request: Request) {
    const answer = request.failure() === null ? await request.response() : null;
    return { url: new URL(request.url()), bytes: await answer?.body() };
  }

  type Screen = { readonly width: number; readonly ratio: number };

  /** Opens a page in its own profile and returns what became of its image. */
  async function openPage(path: string, { width, ratio }: Screen = { width: 320, ratio: 1 }) {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      deviceScaleFactor: ratio,
    });
    const page = await context.newPage();
    const requests: Request[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(stack.address)) requests.push(request);
    });
    await page.goto(pages.at(path), { waitUntil: 'networkidle' });
    const shown = await page.evaluate<Shown>(shownOnPage);
    const answers = await Promise.all(requests.map(answerTo));
    await context.close();
    return { ...shown, answers };
  }

  it.each(['/query', '/cookie'])(
    'at %s loads the width that the window and the screen need',
    async (path) => {
      const checkScreen = async (screen: (typeof screens)[number]): Promise<number> => {
        const { from, width, cookie, answers } = await openPage(path, screen);
        const [answer, second] = answers;
        expect(second).toBeUndefined();
        expect(from).toBe(answer?.url.href);
        expect(answer?.url.pathname).toMatch(new RegExp(`__op__resize,w_${screen.chosen}$`));
        expect([...(answer?.url.searchParams.keys() ?? [])]).toEqual(
          path === '/query' ? ['grant'] : [],
        );
        expect(await sharp(answer?.bytes).metadata()).toMatchObject({
          format: 'webp',
          width: screen.chosen,
        });
        // In CSS pixels, of which a screen with a ratio of 2 has half as many.
        expect(width).toBe(screen.width);
        // The cookie is hidden from scripts.
        expect(cookie).toBe('');
        return screen.chosen;
      };
      const chosen = await Promise.all(screens.map(checkScreen));
      expect(chosen.toSorted((a, b) => a - b)).toEqual(widths);
    },
  );

  it('has one derivative per width, whether the grant is in the query or in the cookie', async () => {
    const keys: string[] = [];
    for await (const key of stack.derivatives.list(`acme/${name}`)) keys.push(key);
    expect(keys).toHaveLength(widths.length);
  });

  it.each([
    ['/no-cookie', 'forbidden'],
    ['/other-album', 'denied_scope'],
  ])('at %s shows no image: %s', async (path, code) => {
    const { width, answers } = await openPage(path);
    expect(width).toBe(0);
    expect(answers.map(({ bytes }) => bytes)).toEqual([undefined]);
    const again = await fetch(answers[0]?.url ?? '');
    expect([again.status, again.headers.get('x-signet-error')]).toEqual([403, code]);
  });
});
