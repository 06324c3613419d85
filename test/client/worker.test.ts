import vm from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { signet } from '../../client/signet.ts';
import { installed } from './installed-package.ts';
import { acme, edge } from './test-edge.ts';

/** Runs the package as one script in a context that has only the given globals. */
async function sandbox(entry: string, globals: object) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: installed.home },
    ...{ bundle: true, format: 'iife', globalName: 'client', write: false },
  });
  const context = vm.createContext(
    { ...globals },
    { codeGeneration: { strings: false, wasm: false } },
  );
  vm.runInContext(outputFiles[0]?.text ?? '', context);
  return (script: string): Promise<unknown> =>
    vm.runInContext(`(async () => ${script})()`, context);
}

/** The globals that the core needs, and those that reading a grant needs in addition. */
const web = { crypto: { subtle: crypto.subtle }, TextEncoder, URL, btoa };
const reading = { ...web, atob, TextDecoder };

describe('in a worker with WebCrypto and few other globals', () => {
  it('a minter mints URLs that the edge accepts', async () => {
    const ask = await sandbox("export * from '@signet-images/client'", web);
    const minter = `client.signet(${JSON.stringify(acme)})`;
    const url = await ask(`${minter}.url('a b.jpg', { resize: { w: 40 } })`);
    expect(await edge(String(url))).toBe('acme/a b.jpg__op__resize,w_40__op__format,f_src');
    const granted = await ask(
      `${minter}.withGrant(await ${minter}.grant({ scope: '*' })).url('a')`,
    );
    expect(await edge(String(granted))).toBe('acme/a__op__format,f_src');
    await expect(ask('client.signet()')).rejects.toThrow(
      'url is not given and SIGNET_URL is not set;',
    );
    await expect(ask(`${minter}.url('a', 'blurr')`)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('a policy is checked, and HTML is printed', async () => {
    const all = ['', '/policy', '/strict', '/html'];
    const entry = all.map((one) => `export * from '@signet-images/client${one}';`).join('');
    const ask = await sandbox(entry, reading);
    const policy = { tenant: 'acme', operations: { resize: { w: [40] } } };
    const minter = `client.withPolicy(client.strict(client.signet(${JSON.stringify(acme)})), ${JSON.stringify(policy)})`;
    const picture = await ask(
      `client.html(await ${minter}.picture('a', {}, { widths: ${minter}.widths(), alt: 'A&B' }))`,
    );
    expect(picture).toMatch(
      /^<img src="https:.*__op__resize,w_40\?exp=.*&amp;sig=.* 40w" alt="A&amp;B">$/,
    );
    await expect(ask(`${minter}.url('a', 'resize,w_41')`)).rejects.toMatchObject({
      code: 'denied_value',
    });
    const caught = `${minter}.url('a', 'resize,w_41').catch((one) => one instanceof client.SignetError)`;
    expect(await ask(caught)).toBe(true);
  });

  it('a grant is read, and its scope is checked', async () => {
    const entry =
      "export * from '@signet-images/client'; export * from '@signet-images/client/policy';";
    const ask = await sandbox(entry, reading);
    const policy = { tenant: 'acme', operations: { resize: { w: [40] } } };
    const grant = await signet(acme).grant({ scope: 'b/*' });
    const place = { url: acme.url, tenant: 'acme', grant };
    const granted = `client.withPolicy(client.withGrant(${JSON.stringify(place)}), ${JSON.stringify(policy)})`;
    expect(await ask(`${granted}.url('b/c', 'resize,w_40')`)).toContain('/acme/b/c__op__');
    await expect(ask(`${granted}.url('a', 'resize,w_40')`)).rejects.toMatchObject({
      code: 'denied_scope',
    });
  });

  it('handlers answer with grants, and URLs are written for unpic and next/image', async () => {
    const entries = { hono: 'grantHandler', next: 'imageLoader', unpic: 'transform' };
    const pieces = Object.entries(entries).map(
      ([entry, name]) => `export { ${name} } from '@signet-images/client/${entry}';`,
    );
    const entry = ["export * from '@signet-images/client';", ...pieces].join('');
    const ask = await sandbox(entry, reading);
    const context = '{ header: () => {}, json: (body) => body }';
    const handler = `client.grantHandler(client.signet(${JSON.stringify(acme)}), { grant: () => ({ scope: '*' }) })`;
    const place = JSON.stringify(await ask(`${handler}(${context})`));
    const loaded = `client.imageLoader(client.withGrant(${place}))({ src: '/a', width: 4 })`;
    const transformed = `client.transform('/a', { width: 4 }, ${place})`;
    for (const script of [loaded, transformed])
      expect(await edge(String(await ask(script)), 'image/avif')).toBe(
        'acme/a__op__resize,w_4__op__format,f_avif',
      );
    const refused =
      "client.transform('https://elsewhere.example/a', {}, { url: 'https://h', tenant: 'a' })";
    const caught = `{ try { ${refused} } catch (one) { return one instanceof client.SignetError } }`;
    expect(await ask(`(() => ${caught})()`)).toBe(true);
  });
});
