import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { type Made, type MakeDeps, make } from '../../edge/make.ts';
import { limits } from '../../shared/limits.ts';
import { engineVersion } from '../../shared/operations/engine.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { auditKey, policyKey } from '../../shared/versions/bucket.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { quartered } from '../render/rendering.ts';
import { fetched, json, type MemoryEdge, memoryEdge, policy } from './memory-edge.ts';

const uri = '/acme/a.png__op__resize,w_40__op__format,f_webp';
const key = uri.slice(1);

let edge: MemoryEdge;
beforeEach(async () => {
  edge = memoryEdge();
  const source = await quartered(80, 80, ['red', 'green', 'blue', 'yellow']).png().toBuffer();
  edge.sources.objects.set('acme/a.png', { body: source });
});

const ask = (method = 'GET', changes: Partial<MakeDeps> = {}): Promise<Made> =>
  make({ ...edge.makeDeps, ...changes }, { derivative: parseKey(uri), method });

/** A render whose result has so many bytes. */
const weighing = (bytes: number): Partial<MakeDeps> => ({
  render: async () => ({
    bytes: new Uint8Array(bytes),
    type: 'webp',
    frames: 1,
    width: 40,
    height: 40,
    engine: { sharp: '1.2.3', vips: '4.5.6' },
  }),
});
const large = weighing(limits.inlineBytes + 1);
const cannotWrite: Partial<MakeDeps> = {
  derivatives: {
    ...memoryEdge().derivatives,
    put: () => Promise.reject(new Error('S3 is away')),
  },
};

const codeOf = (making: Promise<unknown>): Promise<string> =>
  making.then(
    () => 'made',
    (thrown: unknown) => asRefusal(thrown).code,
  );

describe('a derivative that is made', () => {
  it('is stored under its key with the headers of the answer', async () => {
    const { answer } = await ask();
    const stored = edge.derivatives.objects.get(key);
    if (!('bytes' in answer.body)) throw new Error('no image');
    expect(Buffer.from(answer.body.bytes)).toEqual(Buffer.from(stored?.body ?? []));
    const { 'server-timing': timing, ...headers } = answer.headers;
    expect(timing).toMatch(/^source;dur=\d+\.\d, render;dur=\d+\.\d, store;dur=\d+\.\d$/);
    expect(headers).toEqual({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=86400, s-maxage=43200',
      'content-disposition': 'inline; filename="a.webp"',
      etag: `"${createHash('md5').update(answer.body.bytes).digest('hex')}"`,
      'x-amz-meta-cache-tag': stored?.options?.metadata?.['cache-tag'],
    });
    expect(stored?.options).toMatchObject({
      contentType: headers['content-type'],
      cacheControl: headers['cache-control'],
      contentDisposition: headers['content-disposition'],
      only: 'absent',
      metadata: {
        'cache-tag': expect.stringMatching(/^s-[0-9a-f]{32},t-acme$/),
        'source-etag': expect.stringMatching(/^"\d+"$/),
        recipe: 'resize,w_40__op__format,f_webp',
        engine: `${engineVersion} test sharp ${sharp.versions.sharp} vips ${sharp.versions.vips}`,
      },
    });
  });

  it('never replaces a stored one', async () => {
    await ask();
    const first = edge.derivatives.objects.get(key)?.body;
    edge.sources.objects.set('acme/a.png', {
      body: await quartered(80, 80, ['black', 'black', 'black', 'black']).png().toBuffer(),
    });
    expect((await ask()).answer.status).toBe(200);
    expect(edge.derivatives.objects.get(key)?.body).toBe(first);
  });

  it('reads the policy and the source once each, and no key', async () => {
    await ask();
    expect(edge.config.calls).toEqual([
      `get ${changesKey}`,
      `get ${policyKey('acme')}`,
      `get ${auditKey('acme', 2)}`,
    ]);
    expect(edge.sources.calls).toEqual(['get acme/a.png']);
    expect(edge.derivatives.calls).toEqual([`put ${key}`]);
    expect(edge.secretReads).toEqual([]);
  });
});

describe('an image of the size that an answer may have', () => {
  it.each([
    { bytes: limits.inlineBytes, status: 200 },
    { bytes: limits.inlineBytes + 1, status: 307 },
  ])('$bytes bytes are answered $status', async ({ bytes, status }) => {
    expect((await ask('GET', weighing(bytes))).answer.status).toBe(status);
  });

  it('fits into the limit of CloudFront, in base64 and with its headers', () => {
    expect(Math.ceil(limits.inlineBytes / 3) * 4 + 8_192).toBeLessThan(1_048_576);
  });

  it('is unavailable and not a redirect if it is larger and not stored', async () => {
    expect(await codeOf(ask('GET', { ...large, ...cannotWrite }))).toBe('unavailable');
  });

  it('is answered if it is smaller and not stored', async () => {
    expect((await ask('GET', cannotWrite)).answer.status).toBe(200);
    expect(edge.failures).toEqual(['write-back failed: S3 is away']);
  });
});

describe('the redirect to an image that is too large', () => {
  it('has no host, is not cached and leads to the same key', async () => {
    const { answer } = await ask('GET', large);
    const location = answer.headers['location'] ?? '';
    expect(answer).toMatchObject({ status: 307, body: { text: '' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(location).toMatch(/^\/acme\/a\.png__op__[^?]+\?exp=\d{10}&kid=r1\.0&sig=[\w-]{43}$/);
    expect(await gate(fetched(location), edge.gateDeps)).toEqual({ key, uri });
    // The function that makes it sees S3's host: the URL has to be right on each of the viewers'.
    for (const host of ['img.acme.com', 'acme.img.test', 'd1.cloudfront.net'])
      expect(await gate({ ...fetched(location), host }, edge.gateDeps)).toEqual({ key, uri });
  });

  it.each([
    { seconds: 0, end: 'made' },
    { seconds: 60, end: 'made' },
    { seconds: 61, end: 'expired' },
  ])('$seconds seconds later it is $end', async ({ seconds, end }) => {
    const { answer } = await ask('GET', large);
    edge.time.now += seconds * 1_000;
    expect(await codeOf(gate(fetched(answer.headers['location'] ?? ''), edge.gateDeps))).toBe(end);
  });

  it.each([
    ['another source', (url: string) => url.replace('a.png', 'b.png')],
    ['another recipe', (url: string) => url.replace('w_40', 'w_20')],
    ['another spelling', (url: string) => url.replace('a.png', '%61.png')],
    ['another tenant', (url: string) => url.replace('/acme/', '/other/')],
    ['another time', (url: string) => url.replace(/exp=\d/, 'exp=2')],
    ['a generation', (url: string) => url.replace('kid=r1.0', 'kid=r1.1')],
  ])('does not pass for %s', async (_what, change) => {
    const { answer } = await ask('GET', large);
    const location = answer.headers['location'] ?? '';
    expect(change(location)).not.toBe(location);
    const end = await codeOf(gate(fetched(change(location)), edge.gateDeps));
    // The other spelling has the same signature; a continuation is good for canonical keys alone.
    expect(end).toBe('forbidden');
  });
});

describe('HEAD', () => {
  it.each([
    ['small', {}],
    ['too large to answer directly', large],
    ['not stored', cannotWrite],
    ['too large and not stored', { ...large, ...cannotWrite }],
  ])(
    'of an image that is %s: headers alone, not cached, never a redirect',
    async (_what, changes) => {
      const { answer } = await ask('HEAD', changes);
      expect(answer).toMatchObject({ status: 200, body: { none: true } });
      expect(Object.keys(answer.headers)).not.toContain('content-length');
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'image/webp',
        etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      });
    },
  );

  it('stores the derivative', async () => {
    await ask('HEAD');
    expect(edge.derivatives.objects.has(key)).toBe(true);
  });
});

describe('a policy that no longer allows what viewer-request allowed', () => {
  const narrower = { ...policy, operations: { resize: { w: [20] } } };
  const blocking = { ...policy, blocked: ['a.png'] };
  const publish = (document: object): void =>
    void edge.config.objects.set(policyKey('acme'), { body: json(document) });
  const reads = (): number =>
    edge.config.calls.filter((call) => call === `get ${policyKey('acme')}`).length;

  it('denies at once if it is not cached', async () => {
    publish(narrower);
    expect(await codeOf(ask())).toBe('denied_value');
    expect(edge.sources.calls).toEqual([]);
  });

  it.each([
    { seconds: 1, read: 1, end: 'denied_value' },
    { seconds: 2, read: 2, end: 'made' },
    { seconds: 20, read: 2, end: 'made' },
    { seconds: 1, read: 1, end: 'denied_blocked', earlier: blocking },
    { seconds: 2, read: 2, end: 'made', earlier: blocking },
  ])('held for $seconds s it was read $read times before it ends: $end', async (row) => {
    publish(row.earlier ?? narrower);
    await codeOf(ask());
    publish(policy);
    edge.time.now += row.seconds * 1_000;
    expect(await codeOf(ask())).toBe(row.end);
    expect(reads()).toBe(row.read);
  });

  it('is read again only before a denial', async () => {
    await ask();
    edge.time.now += 10_000;
    await ask();
    expect(reads()).toBe(1);
  });

  it('denies with the last good policy while S3 does not answer', async () => {
    publish(narrower);
    await codeOf(ask());
    edge.time.now += 10_000;
    edge.away.config = true;
    expect(await codeOf(ask())).toBe('denied_value');
  });

  it('of a deleted tenant is forbidden', async () => {
    edge.config.objects.clear();
    expect(await codeOf(ask())).toBe('forbidden');
    expect(edge.sources.calls).toEqual([]);
  });
});
