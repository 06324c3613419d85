import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { seconds } from '../../shared/ports.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mint, type Signer } from '../../shared/request/mint.ts';
import { samples } from './samples.ts';
import { demoTenant } from './tenant.ts';

/** The URLs that this machine prints live this long, in seconds. */
const lifetime = 604_800;

/** Mints a URL of the demo below an address; an empty one makes it relative. */
export function demoUrl(
  signer: Signer,
  address: string,
  path: string,
  operations: readonly string[],
): string {
  const exp = roundedExpiry(seconds(Date.now), lifetime);
  return mint(nodeCrypto, address, { tenant: demoTenant, path, operations, exp }, signer);
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:3rem auto;padding:0 1.5rem}
ul{list-style:none;padding:0;display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr))}
img{width:100%;aspect-ratio:4/3;object-fit:contain;border-radius:.5rem;background:#8881}
code{font-size:.85em}`;

/** A page of the local stack, which no deployment has: what is running, and what it can show. */
export function localPage(signer: Signer) {
  const show = (path: string, operations: readonly string[]): string =>
    escaped(demoUrl(signer, '', path, operations));
  const items = samples.map(
    ({ name, title, about }) =>
      `<li><a href="${show(name, ['resize,w_1080', 'format,f_auto'])}"><img src="${show(name, ['resize,w_384', 'format,f_auto'])}" alt="${escaped(title)}"></a><strong>${escaped(title)}</strong><br>${escaped(about)}</li>`,
  );
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signet, on this machine</title><style>${style}</style>
<h1>Signet is running</h1><p>Each picture below was asked for with a signed URL and made by the two functions that run at the edge. Mint your own: <code>npx signet mint demo alpine-lake.jpg resize,w_640 format,f_auto</code></p><ul>${items.join('\n')}</ul></html>`;
  return { contentType: 'text/html; charset=utf-8', body };
}
