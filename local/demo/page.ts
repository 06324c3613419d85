import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { seconds } from '../../shared/ports.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mint, type Signer } from '../../shared/request/mint.ts';
import { type Sample, samples } from './samples.ts';
import { demoTenant } from './tenant.ts';

/** The longest lifetime of demo URLs, in seconds. */
export const demoLifetime = 604_800;

/** Mints a URL of the demo tenant. With an empty address it is relative. By default its expiry is rounded. */
export function demoUrl(
  signer: Signer,
  address: string,
  path: string,
  operations: readonly string[],
  exp = roundedExpiry(seconds(Date.now), demoLifetime),
): string {
  return mint(nodeCrypto, address, { tenant: demoTenant, path, operations, exp }, signer);
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:3rem auto;padding:0 1.5rem}
ul{list-style:none;padding:0;display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr))}
img{width:100%;aspect-ratio:4/3;object-fit:contain;border-radius:.5rem;background:#8881}
code{font-size:.85em}`;

/** The recipe of the pictures on the page, and of what they link to. */
const shownRecipe = ['resize,w_384', 'format,f_auto'];
const linkedRecipe = ['resize,w_1080', 'format,f_auto'];

/** The playground of the console, with this picture. */
const playgroundOf = (console: string, path: string): string =>
  `${console}/?${new URLSearchParams({ tenant: demoTenant, path, recipe: linkedRecipe.join('/') })}`;

function itemOf(signer: Signer, { name, title, about }: Sample, console: string | undefined) {
  const [shown, linked] = [shownRecipe, linkedRecipe].map((recipe) =>
    escapeHtml(demoUrl(signer, '', name, recipe)),
  );
  const link =
    console === undefined
      ? ''
      : `<br><a href="${escapeHtml(playgroundOf(console, name))}">Try recipes on it</a>`;
  return `<li><a href="${linked}"><img src="${shown}" alt="${escapeHtml(title)}"></a><strong>${escapeHtml(title)}</strong><br>${escapeHtml(about)}<br><code>${shownRecipe.join(' ')}</code>${link}</li>`;
}

/**
 * The start page of the local stack, with the demo images. Deployments do not have it. `console` is the address of the
 * console without its token; undefined if there is none.
 */
export function localPage(signer: Signer, console: string | undefined) {
  const items = samples.map((sample) => itemOf(signer, sample, console));
  const hint =
    console === undefined
      ? ''
      : `<p><a href="${escapeHtml(console)}/">Open the console</a> to try recipes on your own pictures. At first, open the address that <code>npm start</code> has printed.</p>`;
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Signet, local stack</title><style>${style}</style>
<h1>Signet is running</h1>${hint}<p>Each image below has a signed URL and was made by the two edge functions. Mint your own URL: <code>npx signet mint demo alpine-lake.jpg resize,w_640 format,f_auto</code></p><ul>${items.join('\n')}</ul></html>`;
  return { contentType: 'text/html; charset=utf-8', body };
}
