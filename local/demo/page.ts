import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { seconds } from '../../shared/ports.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mint, type Signer } from '../../shared/request/mint.ts';
import { samples } from './samples.ts';
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

/** The start page of the local stack, with the demo images. Deployments do not have it. */
export function localPage(signer: Signer) {
  const imageUrl = (path: string, operations: readonly string[]): string =>
    escapeHtml(demoUrl(signer, '', path, operations));
  const items = samples.map(
    ({ name, title, about }) =>
      `<li><a href="${imageUrl(name, ['resize,w_1080', 'format,f_auto'])}"><img src="${imageUrl(name, ['resize,w_384', 'format,f_auto'])}" alt="${escapeHtml(title)}"></a><strong>${escapeHtml(title)}</strong><br>${escapeHtml(about)}</li>`,
  );
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signet, local stack</title><style>${style}</style>
<h1>Signet is running</h1><p>Each image below has a signed URL and was made by the two edge functions. Mint your own URL: <code>npx signet mint demo alpine-lake.jpg resize,w_640 format,f_auto</code></p><ul>${items.join('\n')}</ul></html>`;
  return { contentType: 'text/html; charset=utf-8', body };
}
