import diagnostics from 'node:diagnostics_channel';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack } from '../../local/stack.ts';
import vectors from '../vectors/signature.json' with { type: 'json' };
import { type Client, isSkipped } from './client.ts';
import {
  createTenant,
  credentials,
  firstKid,
  type Minter,
  minter,
  permissivePolicy,
  s3Of,
  sampleFile,
  seconds,
  sourcesBucket,
  startClient,
  stateFolder,
} from './installation.ts';

const narrowPolicy = {
  tenant: 'narrow',
  operations: {
    resize: [{ w: [100, 200] }, { m: ['fill'], w: [120], h: [90] }],
    format: { f: ['webp'] },
  },
  require: [],
  urls: { maxLifetime: 3_600 },
};

type Root = { readonly kid: string; readonly k: string };
type Keys = { readonly keys: readonly Root[] };

/** Requests that the two functions and the CDN's origin fetch send to a port of this process. */
function countRoleCalls(ports: readonly number[]) {
  const calls: string[] = [];
  const started = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage };
    const isRole = /Credential=role-/.test(request.headers.authorization ?? '');
    if (isRole && ports.includes(request.socket.localPort ?? 0))
      calls.push(`${request.method} ${request.url} ${request.headers.authorization?.slice(0, 60)}`);
  };
  diagnostics.subscribe('http.server.request.start', started);
  return {
    calls: () => [...calls],
    stop: () => diagnostics.unsubscribe('http.server.request.start', started),
  };
}

let folder: Awaited<ReturnType<typeof stateFolder>>;
let stack: Awaited<ReturnType<typeof startStack>>;
let client: Client;
let s3: S3Client;
let root: Root;
let keys: { readonly e2e: string; readonly narrow: string };
let mint: { readonly e2e: Minter; readonly narrow: Minter };

const ask = (target: string, method = 'GET') =>
  client.ask('fetch', { port: stack.ports.cdn, target, method });

async function readSecret(SecretId: string): Promise<string> {
  const secrets = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${stack.ports.secretsManager}`,
    region: 'us-east-1',
    credentials,
  });
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  secrets.destroy();
  return SecretString ?? '';
}

const derivedKey = (info: string) => client.ask('signingKey', { root: root.k, info });

async function createNarrow(): Promise<string> {
  const file = path.join(folder.home, 'narrow.json');
  await writeFile(file, JSON.stringify(narrowPolicy));
  return createTenant(folder.home, 'narrow', file);
}

async function putSource(key: string, body: Uint8Array | string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: sourcesBucket, Key: key, Body: body }));
}

async function putSources(): Promise<void> {
  const mark = await readFile(sampleFile('mark.png'));
  const names = ['mark.png', 'two words + 50%.png', 'caf\u00e9/\u65e5\u672c.png', 'cafe\u0301.png'];
  for (const name of names) await putSource(`e2e/${name}`, mark);
  await putSource('narrow/mark.png', mark);
  await putSource('e2e/text.png', 'This is no image, whatever its name says.');
  await putSource('e2e/cut.png', mark.subarray(0, mark.length / 2));
  await putSource(
    'e2e/vector.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
  );
}

/** A signed URL and what it is turned into before it is sent. */
type Case = {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  /** `no-store` unless the source decides. */
  readonly cacheControl?: unknown;
  readonly url: () => Promise<string>;
};

const briefly: unknown = expect.stringMatching(/\bmax-age=60\b/);

const small = ['resize,w_100', 'format,f_webp'];
type Changes = Parameters<Minter>[2];

async function e2e(name = 'mark.png', operations = small, changes: Changes = {}) {
  return (await mint.e2e(name, operations, changes)).url;
}

async function narrow(operations: readonly string[], changes: Changes = {}) {
  const exp = seconds() + 3_000;
  return (await mint.narrow('mark.png', operations, { exp, ...changes })).url;
}

async function edited(edit: (url: string) => string) {
  return edit(await e2e());
}

const credentialCases: readonly Case[] = [
  {
    title: 'no query at all',
    status: 403,
    code: 'forbidden',
    url: () => edited((url) => url.split('?')[0] ?? ''),
  },
  {
    title: 'no sig',
    status: 403,
    code: 'forbidden',
    url: () => edited((url) => url.replace(/&sig=.*/, '')),
  },
  {
    title: 'no kid',
    status: 403,
    code: 'forbidden',
    url: () => edited((url) => url.replace(/&kid=[^&]*/, '')),
  },
  {
    title: 'an exp that was added to an URL signed without',
    status: 403,
    code: 'forbidden',
    url: async () => `${await e2e('mark.png', small, { exp: null })}&exp=${seconds() + 60}`,
  },
  {
    title: 'an exp that has passed',
    status: 403,
    code: 'expired',
    url: () => e2e('mark.png', small, { exp: seconds() - 2 }),
  },
  {
    title: "another tenant's signing key",
    status: 403,
    code: 'forbidden',
    url: () => e2e('mark.png', small, { key: keys.narrow }),
  },
  {
    title: 'a generation that the tenant does not accept',
    status: 403,
    code: 'denied_kid',
    url: async () => e2e('mark.png', small, { kid: 'r1.2', key: await derivedKey('e2e\n2') }),
  },
  {
    title: 'a root that does not exist',
    status: 403,
    code: 'forbidden',
    url: () => e2e('mark.png', small, { kid: 'r9.1' }),
  },
  {
    title: 'a tenant without a policy, signed as it would be',
    status: 403,
    code: 'forbidden',
    url: async () => {
      const key = await derivedKey('nobody\n1');
      return (await minter(client, 'nobody', key)('mark.png', small)).url;
    },
  },
  {
    title: 'the continuation key in place of a tenant’s',
    status: 403,
    code: 'forbidden',
    url: async () => e2e('mark.png', small, { key: await derivedKey('continuation') }),
  },
  {
    title: 'a parameter that nobody knows',
    status: 400,
    code: 'malformed',
    url: () => edited((url) => `${url}&w=1`),
  },
  {
    title: 'a parameter that comes twice',
    status: 400,
    code: 'malformed',
    url: () => edited((url) => `${url}&kid=${firstKid}`),
  },
  {
    title: 'an empty part in the query',
    status: 400,
    code: 'malformed',
    url: () => edited((url) => `${url}&`),
  },
  {
    title: 'an escape in kid',
    status: 400,
    code: 'malformed',
    url: () => edited((url) => url.replace('kid=r', 'kid=%72')),
  },
  {
    title: 'operations that nobody knows behind a wrong signature',
    status: 403,
    code: 'forbidden',
    url: () => e2e('mark.png', ['explode'], { key: keys.narrow }),
  },
];

/** Signed as they are, and still refused. */
const paths = ['a//b.png', './b.png', 'a/../b.png', 'a\\b.png', 'a\u0000b.png', 'a\u0085.png'];
const grammar = [
  'resize,w_0400',
  'resize,w_1e3',
  'resize,w_+5',
  'resize,w_\uff11\uff10',
  'resize,w_40,w_50',
  'resize,w_0',
  'resize,w_8193',
  'resize',
  'resize,w_40,l_50',
  'resize,m_fill,w_40',
  'resize,m_stretch,w_40',
  'explode,w_40',
  'resize,w_40,z_1',
  'crop,w_10,w_20',
  'flip,d_x',
  'quality,q_101',
  'format,f_tiff',
  'Resize,w_40',
  '',
];

const malformedCases: readonly Case[] = [
  ...[...paths, '_watermarks/logo.png', 'ends in __op'].map((name) => ({
    title: `the path ${JSON.stringify(name)}`,
    status: 400,
    code: 'malformed',
    url: () => e2e(name, small),
  })),
  ...grammar.map((operation) => ({
    title: `the operation "${operation}"`,
    status: 400,
    code: 'malformed',
    url: () =>
      e2e('mark.png', operation.startsWith('format') ? [operation] : [operation, 'format,f_webp']),
  })),
  {
    title: 'an operation that comes twice',
    status: 400,
    code: 'malformed',
    url: () => e2e('mark.png', ['blur,s_1', 'resize,w_40', 'blur,s_1']),
  },
  {
    title: 'a path of more than 700 bytes',
    status: 400,
    code: 'malformed',
    url: () => e2e(`${'x'.repeat(697)}.png`),
  },
  {
    title: 'a crop that lies wholly outside',
    status: 400,
    code: 'malformed',
    cacheControl: briefly,
    url: () => e2e('mark.png', ['crop,x_400,w_10,h_10']),
  },
];

const policyCases: readonly Case[] = [
  {
    title: 'an exp beyond the longest lifetime',
    status: 403,
    code: 'denied_lifetime',
    url: () => narrow(small, { exp: seconds() + 3_600 + 120 }),
  },
  {
    title: 'no exp where lifetimes are bounded',
    status: 403,
    code: 'denied_lifetime',
    url: () => narrow(small, { exp: null }),
  },
  {
    title: 'an operation outside the policy',
    status: 403,
    code: 'denied_operation',
    url: () => narrow(['resize,w_100', 'blur,s_2', 'format,f_webp']),
  },
  {
    title: 'a value outside the policy',
    status: 403,
    code: 'denied_value',
    url: () => narrow(['resize,w_101', 'format,f_webp']),
  },
  {
    title: 'two values that only different rules allow',
    status: 403,
    code: 'denied_value',
    url: () => narrow(['resize,m_fill,w_100,h_90', 'format,f_webp']),
  },
  {
    title: 'a parameter away from its default that no rule names',
    status: 403,
    code: 'denied_value',
    url: () => narrow(['resize,w_100,limit_0', 'format,f_webp']),
  },
  {
    title: 'a format outside the policy',
    status: 403,
    code: 'denied_value',
    url: () => narrow(['resize,w_100', 'format,f_png']),
  },
];

const sourceCases: readonly Case[] = [
  {
    title: 'a source that does not exist',
    status: 404,
    code: 'source_missing',
    url: () => e2e('no such.png'),
  },
  {
    title: 'a source that is no image',
    status: 415,
    code: 'source_unsupported',
    url: () => e2e('text.png'),
  },
  {
    title: 'a source of a type that is never read',
    status: 415,
    code: 'source_unsupported',
    url: () => e2e('vector.svg'),
  },
  {
    title: 'a source that ends in the middle',
    status: 415,
    code: 'source_undecodable',
    url: () => e2e('cut.png'),
  },
];

const refusals = [
  ...credentialCases,
  ...malformedCases,
  ...policyCases,
  ...sourceCases.map((row) => ({ ...row, cacheControl: briefly })),
];

const allowed: readonly (Omit<Case, 'status' | 'code'> & { readonly width: number })[] = [
  {
    title: 'no exp where none is asked for',
    width: 100,
    url: () => e2e('mark.png', small, { exp: null }),
  },
  {
    title: 'an exp of ten years',
    width: 100,
    url: () => e2e('mark.png', small, { exp: seconds() + 315_360_000 }),
  },
  {
    title: 'an exp within a minute above the longest lifetime',
    width: 100,
    url: () => narrow(small, { exp: seconds() + 3_630 }),
  },
  {
    title: 'a width of the list',
    width: 200,
    url: () => narrow(['resize,w_200', 'format,f_webp']),
  },
  {
    title: 'the second rule',
    width: 120,
    url: () => narrow(['resize,m_fill,w_120,h_90', 'format,f_webp']),
  },
  {
    title: "the source's own format, which no policy has to name",
    width: 100,
    url: () => narrow(['resize,w_100']),
  },
  { title: 'no operation', width: 400, url: () => narrow([]) },
];

describe.skipIf(isSkipped)('an independent client and the gate', () => {
  beforeAll(async () => {
    folder = await stateFolder();
    stack = await startStack({ home: folder.home, host: '127.0.0.1', port: 0 }, () => undefined);
    client = startClient();
    s3 = s3Of(stack.ports.s3);
    const created = [createTenant(folder.home, 'e2e', permissivePolicy), createNarrow()];
    const [wide = '', strict = ''] = await Promise.all(created);
    keys = { e2e: wide, narrow: strict };
    mint = { e2e: minter(client, 'e2e', wide), narrow: minter(client, 'narrow', strict) };
    await putSources();
    const { keys: roots } = JSON.parse(await readSecret('signet/roots')) as Keys;
    const first = roots.find(({ kid }) => kid === 'r1');
    if (first === undefined) throw new Error('no root key r1');
    root = first;
  }, 120_000);

  afterAll(async () => {
    s3?.destroy();
    await client?.close();
    await stack?.close();
    await folder?.remove();
  });

  it.each(vectors.signatures)(
    'signs as vector $tcId does: $comment',
    async ({
      tenant,
      generation,
      kid,
      exp,
      path: target,
      query,
      signingKey,
      message,
      sig,
      url,
    }) => {
      const computed = await client.ask('vector', {
        root: vectors.root,
        tenant,
        generation,
        kid,
        exp,
        path: target,
        ...(query === undefined ? {} : { query }),
      });
      const sent = url.replace('https://img.example.com', '');
      expect(computed).toEqual({ signingKey, message, sig, url: sent });
    },
  );

  it('derives the signing keys and the continuation key from the root key', async () => {
    expect(await derivedKey('e2e\n1')).toBe(keys.e2e);
    expect(await derivedKey('narrow\n1')).toBe(keys.narrow);
    const { keys: continuations } = JSON.parse(await readSecret('signet/render')) as Keys;
    const texts = continuations.map(({ kid, k }) => [kid, Buffer.from(k, 'base64url').toString()]);
    expect(texts).toEqual([['r1.0', await derivedKey('continuation')]]);
  });

  it.each(refusals)(
    'is refused for $title: $code',
    async ({ url, status, code, cacheControl = 'no-store' }) => {
      const target = await url();
      const answer = await ask(target);
      expect(answer, target).toMatchObject({
        status,
        text: `{"error":"${code}"}`,
        headers: {
          'x-signet-error': code,
          'cache-control': cacheControl,
          'content-type': expect.stringContaining('application/json'),
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
        },
      });
      expect(answer.headers).not.toHaveProperty('server');
    },
  );

  it.each(allowed)('is served for $title', async ({ url, width }) => {
    const target = await url();
    expect(await ask(target), target).toMatchObject({ status: 200, image: { width } });
  });

  it('is refused for a continuation that the render function would not have made', async () => {
    const key = await derivedKey('continuation');
    const recipe = ['resize,w_100', 'format,f_webp'];
    const soon = seconds() + 60;
    const made = await mint.e2e('mark.png', recipe, { key, kid: 'r1.0', exp: soon });
    expect((await ask(made.url)).status).toBe(200);
    const others = [
      mint.e2e('mark.png', recipe.toReversed(), { key, kid: 'r1.0', exp: soon }),
      mint.e2e('mark.png', ['resize,w_100', 'format,f_auto'], { key, kid: 'r1.0', exp: soon }),
      mint.e2e('mark.png', ['resize,w_100'], { key, kid: 'r1.0', exp: soon }),
      mint.e2e('mark.png', recipe, { key, kid: 'r1.0', exp: soon + 600 }),
      mint.e2e('mark.png', recipe, { key, kid: 'r1.0', exp: null }),
      mint.e2e('mark.png', recipe, { key, kid: 'r1.0', exp: soon - 120 }),
      mint.e2e('mark.png', recipe, { kid: 'r1.0', exp: soon }),
    ];
    for (const other of others) {
      const { url } = await other;
      expect((await ask(url)).status, url).toBe(403);
    }
  });

  it('is refused for 10,000 damaged URLs without a call to S3 or Secrets Manager', async () => {
    const names = [
      'mark.png',
      'two words + 50%.png',
      'caf\u00e9/\u65e5\u672c.png',
      'cafe\u0301.png',
    ];
    const urls: string[] = [];
    for (const name of names)
      for (const exp of [seconds() + 3_600, null])
        urls.push(await e2e(name, ['resize,m_fill,w_100,h_90', 'format,f_auto'], { exp }));
    const counter = countRoleCalls([stack.ports.s3, stack.ports.secretsManager]);
    const originals = await client.ask('fetchAll', { port: stack.ports.cdn, targets: urls });
    expect(originals.map(({ status }) => status)).toEqual(urls.map(() => 200));
    expect(counter.calls(), 'the counter sees what a first request costs').not.toEqual([]);

    const damaged = await client.ask('mutations', { seed: 20261122, count: 10_000, urls });
    const targetsOf = (same: boolean) =>
      damaged.filter((row) => row.same === same).map(({ target }) => target);
    const before = counter.calls().length;
    const [refused, same] = [targetsOf(false), targetsOf(true)];
    const answers = await client.ask('fetchAll', { port: stack.ports.cdn, targets: refused });
    expect(counter.calls().slice(before)).toEqual([]);
    counter.stop();
    // The emulator, like CloudFront, answers by itself what is no HTTP: no code of ours then.
    const isRefused = ({ status, code }: (typeof answers)[number]): boolean =>
      code === 'malformed' || code === null
        ? status === 400
        : status === 403 && code === 'forbidden';
    expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);

    const digests = new Set(originals.map(({ md5 }) => md5));
    const accepted = await client.ask('fetchAll', { port: stack.ports.cdn, targets: same });
    expect(accepted.length).toBeGreaterThan(100);
    const wrong = accepted.filter(({ status, md5 }) => status !== 200 || !digests.has(md5 ?? ''));
    expect(wrong).toEqual([]);
  }, 90_000);
});
