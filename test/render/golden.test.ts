import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ImageType, imageTypes } from '../../shared/operations/image-type.ts';
import { type OperationName, operationNames, rowOf } from '../../shared/operations/table.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { countCases, spread } from '../proof/cases.ts';
import {
  distanceOf,
  type Fingerprint,
  fingerprintOf,
  goldenRecipe,
  readGolden,
} from './golden/golden.ts';
import { draw } from './rendering.ts';
import { drawScene, type SourceKind, scene, sourceKinds } from './source-kinds.ts';

const types = Object.keys(imageTypes) as readonly ImageType[];
const speaks = (name: OperationName): boolean => rowOf(name).answer !== undefined;
const drawing = operationNames.filter((name) => !speaks(name));

/** Signs of 64 by which a hash may differ, and of 255 a channel of the coarse grid. */
const mostSigns = 5;
const mostColour = { none: 7, gamut: 34, palette: 14 } as const;

type Expected = {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly fingerprint: Fingerprint;
};
const expected = new Map<string, Expected>();

const made = new Map<string, Buffer>();
beforeAll(async () => {
  // To look at the answers; what renders knows the types it reads before it asks a decoder.
  sharp.unblock({ operation: ['VipsForeignLoadHeifBuffer'] });
  for (const kind of sourceKinds) made.set(kind.name, await kind.make(await drawScene(kind.clear)));
});
const sourceOf = ({ name }: SourceKind): Buffer => made.get(name) ?? Buffer.alloc(0);

/** One frame where the answer's type stands still or a step asks for it. */
function framesOf(kind: SourceKind, name: OperationName, type: ImageType): number {
  const moves = imageTypes[type].animation || type === 'avif';
  const { steps } = canonicalRecipe(parseOperations(goldenRecipe(name, type)).steps);
  const first = steps.some((step) => rowOf(step.name).step?.frames(step.values) === 'first');
  return moves && !first && name !== 'frames' ? kind.frames : 1;
}

/** The golden image, turned where the kind is stored sideways and the recipe leaves it so. */
async function expectedOf(kind: SourceKind, name: OperationName): Promise<Expected> {
  const turned = kind.name.includes('sideways') && name === 'orient';
  const id = `${name} ${kind.clear} ${turned}`;
  const held = expected.get(id);
  if (held !== undefined) return held;
  const golden = readGolden(name, kind.clear, 'webp');
  const bytes = turned ? await sharp(golden).rotate(270).png().toBuffer() : golden;
  const { width, height, hasAlpha } = await sharp(bytes).metadata();
  const fresh = { width, height, hasAlpha, fingerprint: await fingerprintOf(bytes) };
  expected.set(id, fresh);
  return fresh;
}

async function matches(kind: SourceKind, name: OperationName, type: ImageType): Promise<void> {
  const answer = await draw(sourceOf(kind), goldenRecipe(name, type));
  const { width, height, hasAlpha, fingerprint } = await expectedOf(kind, name);
  const frames = framesOf(kind, name, type);
  const written = await sharp(answer.bytes).metadata();
  const settled = type === 'avif' && frames > 1 ? 'webp' : type;
  expect(answer).toMatchObject({ type: settled, frames, width, height });
  expect(written).toMatchObject({ width, height });
  expect(written.pages ?? 1).toBe(frames);
  if (settled !== 'jpg' && hasAlpha) expect(written.hasAlpha).toBe(true);
  const { hash, colour } = distanceOf(await fingerprintOf(answer.bytes), fingerprint);
  const loss = settled === 'gif' ? 'palette' : kind.loss;
  const most = Math.max(mostColour[kind.loss], mostColour[loss]);
  expect(hash).toBeLessThanOrEqual(mostSigns);
  expect(colour).toBeLessThanOrEqual(most);
  countCases();
}

const images = sourceKinds.flatMap((kind) =>
  drawing
    .filter((name) => !kind.blind.includes(name))
    .flatMap((name) => types.map((type) => ({ source: kind.name, kind, name, type }))),
);
/** 13 has no factor in common with the six types, so all of them occur. */
const drawnImages = spread(images, 13);

it.each(drawnImages)('a $source through $name in $type is its golden image', (image) =>
  matches(image.kind, image.name, image.type),
);

it('draws every operation, every kind of source and every type', () => {
  expect(new Set(drawnImages.map(({ name }) => name))).toEqual(new Set(drawing));
  expect(new Set(drawnImages.map(({ kind }) => kind))).toEqual(new Set(sourceKinds));
  expect(new Set(drawnImages.map(({ type }) => type))).toEqual(new Set(types));
});

const speaking = operationNames.filter(speaks);
const goldenWords = (name: OperationName): Record<string, unknown> =>
  JSON.parse(readGolden(name, false, 'json').toString()) as Record<string, unknown>;

async function wordsAbout(kind: SourceKind, recipe: string): Promise<Record<string, unknown>> {
  const { bytes, type } = await draw(sourceOf(kind), recipe);
  expect(type).toBe('json');
  return JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
}

const channels = (rgb: unknown): readonly number[] => [...Buffer.from(String(rgb).slice(2), 'hex')];

describe.each(sourceKinds.filter(({ clear }) => !clear))('JSON answers about a $name', (kind) => {
  it('describe the upright image', async () => {
    const { type: format, frames } = kind;
    const facts = { ...scene, format, frames, alpha: false, bytes: sourceOf(kind).length };
    expect(await wordsAbout(kind, 'info')).toEqual(facts);
  });

  it('have the average colour', async () => {
    const said = channels((await wordsAbout(kind, 'average-hue'))['RGB']);
    const golden = channels(goldenWords('average-hue')['RGB']);
    const apart = said.map((value, at) => Math.abs(value - (golden[at] ?? 0)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(mostColour[kind.loss]);
  });

  it('have a matching placeholder', async () => {
    const said = await wordsAbout(kind, 'placeholder,k_thumbhash');
    expect(said).toMatchObject({ kind: 'thumbhash', ...scene });
    const [shown, golden] = [said, goldenWords('placeholder')].map(({ value }) =>
      thumbHashToRGBA(Buffer.from(String(value), 'base64')),
    );
    const apart = [...(shown?.rgba ?? [])].map((value, at) =>
      Math.abs(value - (golden?.rgba[at] ?? 0)),
    );
    expect(Math.max(...apart)).toBeLessThanOrEqual(kind.loss === 'none' ? 16 : 64);
  });
});

it('every row has a golden image or a golden answer', () => {
  for (const name of operationNames) {
    const extension = speaks(name) ? 'json' : 'webp';
    expect(readGolden(name, false, extension).length).toBeGreaterThan(0);
    if (!speaking.includes(name))
      expect(readGolden(name, true, extension).length).toBeGreaterThan(0);
  }
});
