import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { nodeInflate } from '../../../shared/adapters/inflate.ts';
import { inspect } from '../../../shared/inspect/inspect.ts';
import type { SourceFacts } from '../../../shared/inspect/inspection.ts';
import { limits } from '../../../shared/limits.ts';
import { encoders } from '../../../shared/operations/encoders.ts';
import type { ImageType } from '../../../shared/operations/image-type.ts';
import { asRefusal, type RefusalCode } from '../../../shared/refusal.ts';
import { draw, sourceOf } from '../rendering.ts';
import type { ExiftoolFacts, PillowFacts } from './reference-facts.ts';

/** What came of a render. */
export type RenderOutcome =
  | {
      readonly width: number;
      readonly height: number;
      readonly type: ImageType;
      readonly frames: number;
      readonly loop: number | undefined;
      /** Of all frames together, in milliseconds. An encoder may join equal frames. */
      readonly duration: number;
    }
  | { readonly code: RefusalCode; readonly reason: string };

const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

/** Renders a file as the service does. Anything but a refusal becomes `internal`. */
export async function renderFile(file: string, recipe: string): Promise<RenderOutcome> {
  try {
    const { bytes, type, width, height, frames } = await draw(readFileSync(file), recipe);
    if (type === 'json') throw new Error('the answer is no image');
    const { delay = [], loop } = await sharp(bytes).metadata();
    return { type, width, height, frames, loop, duration: sum(delay) };
  } catch (thrown) {
    const { code, detail } = asRefusal(thrown);
    return { code, reason: detail.reason };
  }
}

export const recipes = ['format,f_src', 'resize,w_300__op__format,f_webp'] as const;
export type FileRecipe = (typeof recipes)[number];

/** The size of the answer, computed from what Pillow reads. Orientations of 5 and more turn by a right angle. */
export function expectedSize(facts: PillowFacts, recipe: FileRecipe) {
  const turned = facts.orientation >= 5 && facts.orientation <= 8;
  const [width, height] = turned ? [facts.height, facts.width] : [facts.width, facts.height];
  if (recipe === 'format,f_src' || width <= 300) return { width, height };
  return { width: 300, height: Math.max(1, Math.round((height * 300) / width)) };
}

/** Browsers show a frame of at most 10 ms for 100 ms. Decoders may already report it so. */
const shownFor = (delay: number): number => (delay <= 10 ? 100 : delay);

/** The differences between a rendered answer and what Pillow reads in its source. */
export function listDifferences(
  outcome: Exclude<RenderOutcome, { readonly code: string }>,
  facts: PillowFacts,
  recipe: FileRecipe,
): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown) => {
    if (ours !== theirs) differences.push(`${what} ${ours}, Pillow ${theirs}`);
  };
  const size = expectedSize(facts, recipe);
  compare('size', `${outcome.width}×${outcome.height}`, `${size.width}×${size.height}`);
  const animated = facts.delays.length > 1;
  // An animation is cut where its answer would have too many pixels.
  const most = Math.floor(encoders[outcome.type].maxPixels / (size.width * size.height));
  const frames = animated ? Math.min(facts.frames, limits.sourceFrames, most) : 1;
  compare('frames', outcome.frames, frames);
  // Equal frames are written as one still, which has no duration.
  const delays = facts.delays.slice(0, frames);
  const [raw, shown] = [sum(delays), sum(delays.map(shownFor))];
  if (animated && outcome.duration > 0 && (outcome.duration < raw || outcome.duration > shown))
    differences.push(`duration ${outcome.duration}, Pillow ${raw}, a browser ${shown}`);
  return differences;
}

/** What ExifTool reads differently from Pillow, which shows that one of them misreads the file. */
export function listDisagreements(pillow: PillowFacts, exiftool: ExiftoolFacts): readonly string[] {
  const { ImageWidth: width, ImageHeight: height, Orientation: orientation = 1 } = exiftool;
  const said = [
    ['width', width, pillow.width],
    ['height', height, pillow.height],
    ['orientation', orientation, pillow.orientation],
  ] as const;
  return said
    .filter(([, ours, theirs]) => ours !== undefined && ours !== theirs)
    .map(([what, ours, theirs]) => `${what}: ExifTool ${ours}, Pillow ${theirs}`);
}

/** The facts of a file without decoding it; undefined if it is refused, which its renders show. */
function inspectFile(file: string): SourceFacts | undefined {
  const { type, bytes } = sourceOf(readFileSync(file));
  try {
    return inspect(type, bytes, { frames: limits.sourceFrames, inflate: nodeInflate }).facts;
  } catch {
    return undefined;
  }
}

/** The differences between the facts of a file's container and what Pillow reads. */
export function listFactDifferences(file: string, pillow: PillowFacts): readonly string[] {
  const facts = inspectFile(file);
  if (facts === undefined) return [];
  const isAnimation = facts.type === 'gif' || facts.type === 'webp';
  const isTag = pillow.orientation >= 1 && pillow.orientation <= 8;
  const expected = {
    width: pillow.width,
    height: pillow.height,
    // An APNG is its first frame, and Pillow counts the further pictures of a JPEG as frames.
    frames: isAnimation ? Math.min(pillow.frames, limits.sourceFrames) : 1,
    // Pillow also reads XMP and the text of ImageMagick in a PNG, which browsers do not.
    orientation: isTag && facts.frames === 1 ? pillow.orientation : 1,
  };
  const differ = Object.entries(expected).filter(
    ([name, value]) =>
      facts[name as keyof typeof expected] !== value &&
      !(name === 'orientation' && facts.type === 'png'),
  );
  return differ.map(
    ([name, value]) => `inspected ${name} ${facts[name as keyof typeof expected]}, Pillow ${value}`,
  );
}
