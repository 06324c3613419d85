import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPackage } from '../../build/npm-package.ts';
import { isMissing, startBrowser } from '../browser/browser.ts';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';
import { installed, run } from '../client/installed-package.ts';
import { acme, edge } from '../client/test-edge.ts';
import { sampleFile } from '../e2e/installation.ts';
import { notRun } from '../not-run.ts';
import { isProof } from '../proof/cases.ts';
import { buildsPage, type PageRow } from './builds-page.ts';
import { type Framework, frameworks, installApp, node, startApp } from './built-app.ts';
import { readmeFiles } from './readme-files.ts';

const proofFile = fileURLToPath(new URL('../../docs/proof-frameworks.md', import.meta.url));
const source = 'albums/2026/1.jpg';

/** Loads a file of the README, with a stand-in for the module of its framework. */
async function loadFile(code: string, module: string, standIn: string): Promise<unknown> {
  const folder = await mkdtemp(path.join(installed.home, 'recipe-'));
  await writeFile(path.join(folder, 'stand-in.mjs'), standIn);
  const file = path.join(folder, 'recipe.mjs');
  await writeFile(file, code.replace(`'${module}'`, "'./stand-in.mjs'"));
  return (await import(pathToFileURL(file).href)).default;
}

describe('the files in the client’s README', () => {
  it.each([
    [
      'next',
      [
        ...['app/page.tsx', 'app/kept/page.tsx', 'next.config.js', 'image-loader.ts'],
        ...['app/album/album.tsx', 'app/album/page.tsx'],
      ],
    ],
    ['nuxt', ['providers/signet.js', 'nuxt.config.js']],
    ['astro', ['src/signet-service.js', 'astro.config.mjs']],
  ] as const)('are those of an application for %s', (name, files) => {
    expect([...readmeFiles(name).keys()]).toEqual(files);
  });

  const cookie = async (): Promise<string> => {
    const { signet } = await import('../../client/signet.ts');
    return `signet-grant=${await signet(acme).grant({ scope: '*' })}`;
  };
  const asked = { width: 320, height: 213, quality: 60 };
  const key = `acme/${source}__op__resize,m_fill,w_320,h_213__op__quality,q_60__op__format,f_avif`;
  const place = { url: acme.url, tenant: 'acme' };

  it('write URLs in a provider of Nuxt Image', async () => {
    const code = readmeFiles('nuxt').get('providers/signet.js') ?? '';
    const standIn = 'export const defineProvider = (provider) => provider;';
    const provider = (await loadFile(code, '@nuxt/image/runtime', standIn)) as {
      readonly getImage: (src: string, options: object) => { readonly url: string };
    };
    const { url } = provider.getImage(`/${source}`, { modifiers: asked, ...place });
    expect(await edge(url, 'image/avif', await cookie())).toBe(key);
    expect(provider.getImage('/a.jpg', place).url).toMatch(/__op__format,f_auto$/);
  });

  it('write URLs in an image service of Astro', async () => {
    const code = readmeFiles('astro').get('src/signet-service.js') ?? '';
    const standIn = 'export const baseService = { validateOptions: (options) => options };';
    const service = (await loadFile(code, 'astro/assets', standIn)) as {
      readonly validateOptions: (options: object) => object;
      readonly getURL: (options: object, image: object) => string;
    };
    const options = service.validateOptions({ src: `/${source}`, ...asked });
    const url = service.getURL(options, { service: { config: place } });
    expect(await edge(url, 'image/avif', await cookie())).toBe(key);
    expect(service.validateOptions({ format: 'png' })).toEqual({ format: 'png' });
  });
});

/** Runs in the browser: waits for the only image of the page and describes it. */
const shownOnPage = `new Promise((resolve) => {
  const look = () => {
    const [image] = document.images;
    if (!image?.complete) return setTimeout(look, 50);
    resolve({ from: image.currentSrc, width: image.naturalWidth });
  };
  look();
})`;
type Shown = { readonly from: string; readonly width: number };

/** Too heavy for every change: installs and builds an application of each framework. */
function describeApplications(): void {
  let stack: CommandStack;
  let browser: Browser;
  let packed = '';
  let packages = '';
  let settings: Record<string, string> = {};
  let grant = '';
  const rows: PageRow[] = [];

  beforeAll(async () => {
    stack = await startCommandStack();
    const operations = {
      resize: [{ w: [320, 640, 1280] }, { m: ['fill'], w: [320, 640], h: [213, 426] }],
      ...{ format: { f: ['auto'] }, quality: { q: [75] } },
    };
    await stack.publish('acme', { operations });
    await stack.upload('acme', source, await readFile(sampleFile('dunes at dusk.jpg')));
    const { stdout } = await stack.run('keys', 'show', 'acme', '--env');
    const variables = stdout.matchAll(/^(SIGNET_[A-Z]+)=(.*)$/gm);
    settings = Object.fromEntries([...variables].map(([, name, value]) => [name, value]));
    ({ grant } = await stack.json<{ readonly grant: string }>('grant', 'acme', 'albums/2026/*'));
    packages = await mkdtemp(path.join(tmpdir(), 'signet-packed-'));
    packed = await packPackage(installed.folder, packages);
    browser = await startBrowser();
  });
  afterAll(async () => {
    const ran = new Set(rows.map((row) => row.framework));
    if (ran.size === frameworks.length) {
      const { stdout } = await run(node, ['--version']);
      const programs = { node: stdout.trim().slice(1), chromium: browser.version() };
      await writeFile(proofFile, buildsPage(rows, programs));
    }
    await browser?.close();
    await stack?.stop();
    await rm(packages, { recursive: true, force: true });
  });

  /** Opens a page with the grant in the cookie of the images. */
  async function openPage(url: string): Promise<Shown> {
    const context = await browser.newContext({ viewport: { width: 640, height: 480 } });
    const { hostname } = new URL(settings['SIGNET_URL'] ?? '');
    const where = { domain: hostname, path: '/acme', httpOnly: true };
    await context.addCookies([{ name: 'signet-grant', value: grant, ...where }]);
    const page = await context.newPage();
    await page.goto(url);
    const shown = await page.evaluate<Shown>(shownOnPage);
    await context.close();
    return shown;
  }

  async function checkPages(framework: Framework, folder: string): Promise<void> {
    const app = await startApp(framework, folder, settings);
    const { bundler, versions } = app;
    for (const { at, what } of framework.pages) {
      const { from, width } = await openPage(`${app.url}${at}`);
      const loaded = from.startsWith(`${settings['SIGNET_URL']}/acme/`) && width > 0;
      const result = loaded ? 'shown' : `**not shown** (${from})`;
      rows.push({ framework: framework.title, versions, bundler, page: what, result });
    }
    await app.stop();
  }

  it.each(frameworks)('of $title shows its images', async (framework) => {
    const place = { url: settings['SIGNET_URL'] ?? '', tenant: 'acme' };
    const folder = await installApp(framework, packed, place).catch((failed: Error) => failed);
    if (folder instanceof Error) {
      notRun(framework.title, [`a part of it (${folder.message})`], { optional: true });
      rows.push({
        ...{ framework: framework.title, versions: [], bundler: '', page: '' },
        result: 'not run: it could not be installed',
      });
      return;
    }
    await checkPages(framework, folder);
    const own = rows.filter((row) => row.framework === framework.title);
    expect(own.map(({ result }) => result)).toEqual(framework.pages.map(() => 'shown'));
  });
}

if (isProof)
  describe.skipIf(isMissing('applications in a browser'))('an application', describeApplications);
