import diagnostics from 'node:diagnostics_channel';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack } from '../../local/stack.ts';
import { casesOf, countCases } from '../proof/cases.ts';
import vectors from '../vectors/signature.json' with { type: 'json' };
import { type Client, isSkipped } from './client.ts';
import {
  createTenant,
  credentials,
  minter,
  permissivePolicy,
  s3Of,
  sampleFile,
  seconds,
  sourcesBucket,
  startClient,
  stateFolder,
} from './installation.ts';
import { refusals, served, small, type World } from './refusal-cases.ts';

const narrowPolicy = {
  tenant: 'narrow',
  operations: {
    resize: [{ w: [100, 200] }, { m: ['fill'], w: [120], h: [90] }],
    format: { f: ['webp'] },
  },
  require: [],
  urls: { maxLifetime: 3_600 },
};

type Root = {
  readonly kty: string;
  readonly kid: string;
  readonly k: string;
};
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
const mutations = casesOf({ proof: 10_000, test: 1_000 });
let client: Client;
let s3: S3Client;
let root: Root;
let wideKey: string;
let world: World;

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

describe.skipIf(isSkipped)('an independent client and the gate', () => {
  beforeAll(async () => {
    folder = await stateFolder();
    stack = await startStack(
      { home: folder.home, host: '127.0.0.1', port: 0, origins: [] },
      () => undefined,
    );
    client = startClient();
    s3 = s3Of(stack.ports.s3);
    const wide = await createTenant(folder.home, 'e2e', permissivePolicy);
    const strict = await createNarrow();
    wideKey = wide;
    const minterOf = (tenant: string, key: string) => minter(client, tenant, key);
    world = {
      e2e: minterOf('e2e', wide),
      narrow: minterOf('narrow', strict),
      narrowKey: strict,
      derivedKey,
      minterOf,
    };
    await putSources();
    const { keys: roots } = JSON.parse(await readSecret('signet/roots')) as Keys;
    const first = roots.find(({ kid }) => kid === 'r1');
    if (first === undefined) throw new Error('no root key r1');
    root = first;
  });

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
    expect(await derivedKey('e2e\n1')).toBe(wideKey);
    expect(await derivedKey('narrow\n1')).toBe(world.narrowKey);
    const { keys: continuations } = JSON.parse(await readSecret('signet/render')) as Keys;
    const symmetric = continuations.filter(({ kty }) => kty === 'oct');
    const texts = symmetric.map(({ kid, k }) => [kid, Buffer.from(k, 'base64url').toString()]);
    expect(texts).toEqual([['r1.0', await derivedKey('continuation')]]);
  });

  it('finds the key that signs policies in its own secret alone, its public half in the others', async () => {
    const { x, d } = JSON.parse(await readSecret('signet/publisher')) as { x: string; d: string };
    expect(d).toMatch(/^[A-Za-z0-9_-]{43}$/);
    for (const id of ['signet/roots', 'signet/render']) {
      const text = await readSecret(id);
      expect(text).toContain(x);
      expect(text).not.toContain(d);
    }
  });

  it.each(refusals)('is refused for $title: $code', async ({ url, status, code, isBrief }) => {
    const target = await url(world);
    const answer = await ask(target);
    expect(answer, target).toMatchObject({
      status,
      text: `{"error":"${code}"}`,
      headers: {
        'x-signet-error': code,
        'cache-control': isBrief ? expect.stringMatching(/\bmax-age=60\b/) : 'no-store',
        'content-type': expect.stringContaining('application/json'),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      },
    });
    expect(answer.headers).not.toHaveProperty('server');
  });

  it.each(served)('is served for $title', async ({ url, width }) => {
    const target = await url(world);
    expect(await ask(target), target).toMatchObject({ status: 200, image: { width } });
  });

  it('is refused for a continuation that the render function would not have made', async () => {
    const key = await derivedKey('continuation');
    const soon = seconds() + 60;
    const made = await world.e2e('mark.png', small, { key, kid: 'r1.0', exp: soon });
    expect((await ask(made.url)).status).toBe(200);
    const others = [
      world.e2e('mark.png', small.toReversed(), { key, kid: 'r1.0', exp: soon }),
      world.e2e('mark.png', ['resize,w_100', 'format,f_auto'], { key, kid: 'r1.0', exp: soon }),
      world.e2e('mark.png', ['resize,w_100'], { key, kid: 'r1.0', exp: soon }),
      world.e2e('mark.png', small, { key, kid: 'r1.0', exp: soon + 600 }),
      world.e2e('mark.png', small, { key, kid: 'r1.0', exp: null }),
      world.e2e('mark.png', small, { key, kid: 'r1.0', exp: soon - 120 }),
      world.e2e('mark.png', small, { kid: 'r1.0', exp: soon }),
    ];
    for (const other of others) {
      const { url } = await other;
      expect((await ask(url)).status, url).toBe(403);
    }
  });

  it(`is refused for ${mutations} damaged URLs without a call to S3 or Secrets Manager`, async () => {
    const names = [
      'mark.png',
      'two words + 50%.png',
      'caf\u00e9/\u65e5\u672c.png',
      'cafe\u0301.png',
    ];
    const operations = ['resize,m_fill,w_100,h_90', 'format,f_auto'];
    const urls: string[] = [];
    for (const name of names)
      for (const exp of [seconds() + 3_600, null])
        urls.push((await world.e2e(name, operations, { exp })).url);
    const counter = countRoleCalls([stack.ports.s3, stack.ports.secretsManager]);
    const originals = await client.ask('fetchAll', { port: stack.ports.cdn, targets: urls });
    expect(originals.map(({ status }) => status)).toEqual(urls.map(() => 200));
    expect(counter.calls(), 'the counter sees what a first request costs').not.toEqual([]);

    const damaged = await client.ask('mutations', { seed: 20261122, count: mutations, urls });
    const targetsOf = (same: boolean) =>
      damaged.filter((row) => row.same === same).map(({ target }) => target);
    const before = counter.calls().length;
    const [refused, same] = [targetsOf(false), targetsOf(true)];
    const answers = await client.ask('fetchAll', { port: stack.ports.cdn, targets: refused });
    expect(counter.calls().slice(before)).toEqual([]);
    counter.stop();
    // Like CloudFront, the emulator itself answers text that is not HTTP, without an error code of Signet.
    const isRefused = ({ status, code }: (typeof answers)[number]): boolean =>
      code === 'malformed' || code === null
        ? status === 400
        : status === 403 && code === 'forbidden';
    expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);

    const digests = new Set(originals.map(({ md5 }) => md5));
    const accepted = await client.ask('fetchAll', { port: stack.ports.cdn, targets: same });
    expect(accepted.length).toBeGreaterThan(mutations / 100);
    countCases(refused.length + accepted.length);
    const wrong = accepted.filter(({ status, md5 }) => status !== 200 || !digests.has(md5 ?? ''));
    expect(wrong).toEqual([]);
  });
});
