import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { type Rendered, render } from '../../render/render.ts';
import { limits } from '../../shared/limits.ts';
import type { Source } from '../../shared/objects/sources.ts';
import { sniff } from '../../shared/operations/image-type.ts';
import { canonicalRecipe, findWatermark, type Recipe } from '../../shared/recipe/canonical.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';

export const caps = { maxPixels: limits.sourcePixels, maxFrames: limits.sourceFrames };

export const recipeOf = (text: string): Recipe => canonicalRecipe(parseOperations(text).steps);

/** A source as the store would have read it. */
export function sourceOf(bytes: Uint8Array, focus?: Source['focus']): Source {
  const type = sniff(bytes);
  if (type === undefined) throw new Error('this is no image');
  return { bytes, type, etag: '"e"', focus };
}

/** The time of a drawing is wall-clock time, which a busy machine uses up. So tests have more of it. */
const patience = 600_000;

/** Renders a recipe as it is written in a URL. */
export function draw(
  bytes: Uint8Array,
  recipe: string,
  narrower = {},
  watermark: Uint8Array = theMark,
): Promise<Rendered> {
  const mark = findWatermark(recipeOf(recipe)) === undefined ? undefined : watermark;
  const deadline = performance.now() + patience;
  return render(sourceOf(bytes), recipeOf(recipe), { ...caps, ...narrower }, mark, deadline);
}

/** The watermark of every recipe that draws one, unless a test has its own: the project's own mark. */
const theMark = readFileSync(new URL('../../local/demo/samples/mark.png', import.meta.url));

export type Colour = readonly [number, number, number, number];

/** What an image shows, as RGBA, all frames one below the other. */
export async function pixelsOf(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes, { animated: true })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): Colour => {
    const start = (y * info.width + x) * 4;
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(start, start + 4);
    return [r, g, b, alpha];
  };
  return { data, width: info.width, height: info.height, at };
}

/** The colour's nearest name among a few; JPEG and WebP move them a little. */
export function nameOf([r, g, b, alpha]: Colour): string {
  if (alpha < 128) return 'clear';
  const bright = [r, g, b].map((one) => (one > 127 ? 1 : 0)).join('');
  const names: Readonly<Record<string, string>> = {
    '100': 'red',
    '010': 'green',
    '001': 'blue',
    '110': 'yellow',
    '111': 'white',
    '000': 'black',
  };
  return names[bright] ?? bright;
}

const colours = {
  red: [255, 0, 0, 255],
  green: [0, 255, 0, 255],
  blue: [0, 0, 255, 255],
  yellow: [255, 255, 0, 255],
  white: [255, 255, 255, 255],
  black: [0, 0, 0, 255],
  clear: [0, 0, 0, 0],
} as const satisfies Readonly<Record<string, Colour>>;
export type ColourName = keyof typeof colours;

/** A picture of four quarters: upper left, upper right, lower left, lower right. */
export type Quarters = readonly [ColourName, ColourName, ColourName, ColourName];

function quarterPixels(width: number, height: number, quarters: Quarters): Buffer {
  const bytes = Array.from({ length: width * height }, (_, index) => {
    const right = index % width >= width / 2 ? 1 : 0;
    const lower = Math.floor(index / width) >= height / 2 ? 2 : 0;
    return colours[quarters[right + lower] ?? 'black'];
  });
  return Buffer.from(bytes.flat());
}

/** Four coloured quarters, which show any turn, mirror or cut. */
export function quartered(width: number, height: number, quarters: Quarters) {
  const data = quarterPixels(width, height, quarters);
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** An animation, one set of quarters a frame. */
export function animated(width: number, height: number, frames: readonly Quarters[]) {
  const data = Buffer.concat(frames.map((quarters) => quarterPixels(width, height, quarters)));
  return sharp(data, {
    raw: { width, height: height * frames.length, channels: 4, pageHeight: height },
    animated: true,
  });
}

/** The names of the quarters of one frame of an image. */
export async function quartersOf(bytes: Uint8Array, frame = 0): Promise<readonly string[]> {
  const { pages = 1 } = await sharp(bytes).metadata();
  const { at, width, height: strip } = await pixelsOf(bytes);
  const height = strip / pages;
  const [left, right] = [Math.floor(width / 4), Math.floor((width * 3) / 4)];
  const [upper, lower] = [Math.floor(height / 4), Math.floor((height * 3) / 4)];
  return [
    [left, upper],
    [right, upper],
    [left, lower],
    [right, lower],
  ].map(([x = 0, y = 0]) => nameOf(at(x, y + frame * height)));
}

/** What a render was refused with; fails when it was not. */
export async function refusalOf(drawing: Promise<unknown>) {
  const thrown: unknown = await drawing.then(
    () => 'drawn',
    (one: unknown) => one,
  );
  if (!(thrown instanceof Refusal)) throw new Error(`not a refusal: ${String(thrown)}`);
  return { code: thrown.code, aboutSource: thrown.detail.aboutSource };
}

/** Whether sharp is asked for pixels while work is done. */
export async function reachesPixels(work: () => Promise<unknown>): Promise<boolean> {
  let reached = false;
  const note = (): void => {
    reached = true;
  };
  sharp.queue.on('change', note);
  await work();
  sharp.queue.off('change', note);
  return reached;
}
