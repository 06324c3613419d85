import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { SourceType } from '../../../shared/operations/image-type.ts';
import { startBrowser } from '../../browser/browser.ts';

/* What Chromium shows of a file, and for how long: an independent decoder with the rules of browsers. */

/** RGBA of all frames, one below the other. */
export type BrowserPicture = {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly delays: readonly number[];
  /** How often it plays; 0 is endless. */
  readonly plays: number;
  readonly pixels: Buffer;
};

const mediaTypes = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif' };

type Seen = Omit<BrowserPicture, 'pixels'> & { readonly base64: string };

const script = fileURLToPath(new URL('./see-picture.js', import.meta.url));

/** A page of a secure origin, which ImageDecoder needs. It makes no requests. */
async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<html>' }));
  await page.goto('https://pixels.test/');
  await page.addScriptTag({ path: script });
  return page;
}

export type BrowserEye = {
  /** Throws what the browser says about a file that it does not show. */
  readonly see: (bytes: Buffer, type: SourceType) => Promise<BrowserPicture>;
  readonly close: () => Promise<void>;
};

/** Starts Chromium. */
export async function openBrowserEye(): Promise<BrowserEye> {
  const browser = await startBrowser();
  const page = await openPage(browser);
  return {
    see: async (bytes, type) => {
      const asked = { base64: bytes.toString('base64'), type: mediaTypes[type] };
      const { base64, ...seen } = await page.evaluate<Seen>(`seePicture(${JSON.stringify(asked)})`);
      return { ...seen, pixels: Buffer.from(base64, 'base64') };
    },
    close: () => browser.close(),
  };
}
