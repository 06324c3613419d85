import { describe, expect, it } from 'vitest';
import { readSource, readWatermark } from '../../../shared/objects/sources.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { policyOf } from '../policy/policies.ts';
import { keep, memoryStore } from './memory-store.ts';
import { ownSources } from './own-sources.ts';

const target = { tenant: 'acme', path: 'deep/cat.jpg' };
const key = 'acme/deep/cat.jpg';
const jpg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
const caps = policyOf({ operations: {} }).source;

async function readOf(bytes: Uint8Array | undefined, own = caps, focus?: string) {
  const sources = memoryStore();
  if (bytes !== undefined) keep(sources, key, bytes, focus === undefined ? {} : { focus });
  return readSource(ownSources(sources), target, own);
}

async function refused(bytes: Uint8Array | undefined, own = caps): Promise<Refusal> {
  const refusal = await readOf(bytes, own).catch((thrown: unknown) => thrown);
  if (!(refusal instanceof Refusal)) throw new Error('the source was not refused');
  return refusal;
}

describe('a source', () => {
  it('is read from the prefix of its tenant, with its type and version', async () => {
    const source = await readOf(jpg);
    expect(source).toMatchObject({ bytes: jpg, type: 'jpg', focus: undefined });
    expect(source.etag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it.each([
    ['missing', undefined, caps, 'source_missing'],
    ['of seven bytes where six are allowed', jpg, { ...caps, maxBytes: 6 }, 'source_too_large'],
    ['no image', svg, caps, 'source_unsupported'],
    ['empty', new Uint8Array(), caps, 'source_unsupported'],
    ['of a type that the policy refuses', jpg, { ...caps, types: ['png'] }, 'source_unsupported'],
  ] as const)('that is %s is refused for a minute', async (_what, bytes, own, code) => {
    const refusal = await refused(bytes, own);
    expect([refusal.code, refusal.detail.aboutSource]).toEqual([code, true]);
  });

  it.each([
    [
      'SVG',
      svg,
      /^the source is named \.jpg, but is SVG, not a JPEG, PNG, WebP or GIF; convert it/,
    ],
    ['empty', new Uint8Array(), /^the source is empty, .*; upload it again$/],
    ['unknown', new Uint8Array([0, 1]), /^the source is not a JPEG, PNG, WebP or GIF$/],
  ])('that is no image is named in the reason: %s', async (_what, bytes, reason) => {
    expect((await refused(bytes)).detail.reason).toMatch(reason);
  });

  it('with exactly the allowed number of bytes is read', async () => {
    expect((await readOf(jpg, { ...caps, maxBytes: jpg.length })).type).toBe('jpg');
  });

  it('is not reported as missing while the store does not answer', async () => {
    const sources = memoryStore();
    sources.away = true;
    await expect(readSource(ownSources(sources), target, caps)).rejects.toBeInstanceOf(PortFailure);
  });

  it.each([
    ['30,70', { x: 30, y: 70 }],
    ['0,0', { x: 0, y: 0 }],
    ['100,100', { x: 100, y: 100 }],
    ['101,0', undefined],
    ['-1,0', undefined],
    ['030,70', undefined],
    ['30, 70', undefined],
    ['30', undefined],
    ['30,70,1', undefined],
    ['3.5,7', undefined],
    ['', undefined],
    ['３０,70', undefined],
    ['a,b', undefined],
  ])('with the focus %j has its focal point at %j', async (focus, point) => {
    expect((await readOf(jpg, caps, focus)).focus).toEqual(point);
  });
});

describe('a watermark', () => {
  it('that is not a PNG is named in the reason', async () => {
    const sources = memoryStore();
    keep(sources, 'acme/_watermarks/logo.png', jpg);
    await expect(readWatermark(sources, 'acme', 'logo')).rejects.toMatchObject({
      code: 'source_unsupported',
      message: expect.stringMatching(/^watermark logo is named \.png, but is JPEG, not a PNG; /),
    });
  });
});
