import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { make } from '../../edge/make.ts';
import { type SourceType, sourceTypes } from '../../shared/operations/image-type.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { type MemoryEdge, memoryEdge, policy } from './memory-edge.ts';

/* A deployment that has disabled types of sources, with real files of all types. */

const marked = { ...policy, operations: { ...policy.operations, watermark: { i: ['logo'] } } };
const encode = (type: SourceType) =>
  sharp({ create: { width: 40, height: 40, channels: 3, background: 'teal' } })
    .toFormat(type === 'jpg' ? 'jpeg' : type)
    .toBuffer();

let edge: MemoryEdge;
beforeEach(async () => {
  edge = memoryEdge({ ...marked, fallback: 'none.png' });
  for (const type of sourceTypes)
    edge.sources.objects.set(`acme/a.${type}`, { body: await encode(type) });
  // The name of a file does not matter.
  edge.sources.objects.set('acme/webp.png', { body: await encode('webp') });
  edge.sources.objects.set('acme/_watermarks/logo.png', { body: await encode('png') });
  edge.sources.objects.set('acme/none.png', { body: await encode('png') });
});

/** How a request ends, and whether anything was decoded. */
async function outcome(
  disabledFormats: readonly SourceType[],
  name: string,
  recipe = 'resize,w_20__op__format,f_jpg',
) {
  let drawings = 0;
  const render: typeof edge.makeDeps.render = (...given) => {
    drawings += 1;
    return edge.makeDeps.render(...given);
  };
  const derivative = parseKey(`/acme/${name}__op__${recipe}`);
  const deps = { ...edge.makeDeps, disabledFormats, render };
  try {
    const { answer, refusal } = await make(deps, { derivative, method: 'GET' });
    return { end: refusal?.code ?? answer.status, drawings };
  } catch (thrown) {
    const { code, detail } = asRefusal(thrown);
    return { end: code, reason: detail.reason, drawings };
  }
}

const refused = (type: SourceType) => ({
  end: 'source_unsupported',
  reason: `the deployment has disabled ${type} sources`,
  drawings: 0,
});
const drawn = { end: 200, drawings: 1 };

describe.each(sourceTypes)('a deployment without %s', (disabled) => {
  it.each(sourceTypes)('does what it should with a source that is %s', async (type) => {
    const expected = type === disabled ? refused(type) : drawn;
    // The fallback is a PNG, and shown in place of a refused source.
    const fallback = { end: 'source_unsupported', drawings: 1 };
    const isShown = type === disabled && disabled !== 'png';
    expect(await outcome([disabled], `a.${type}`)).toEqual(isShown ? fallback : expected);
  });
});

it('the type is that of the bytes, not of the name', async () => {
  expect(await outcome(['webp', 'png'], 'webp.png')).toEqual(refused('webp'));
});

it('watermarks are PNGs', async () => {
  const recipe = 'resize,w_20__op__watermark,i_logo__op__format,f_jpg';
  expect(await outcome([], 'a.jpg', recipe)).toEqual(drawn);
  expect(await outcome(['png'], 'a.jpg', recipe)).toEqual(refused('png'));
});

it('a type of answers is not disabled with it', async () => {
  expect(await outcome(['webp'], 'a.jpg', 'resize,w_20__op__format,f_webp')).toEqual(drawn);
});
