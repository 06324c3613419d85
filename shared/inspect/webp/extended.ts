import { limits } from '../../limits.ts';
import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import {
  readPlayback,
  readUint24,
  readWebpFrame,
  type WebpFrame,
  type WebpPlayback,
} from './animation.ts';
import { isImageChunk, readWebpImage, type WebpImage } from './bitstream.ts';
import { damagedWebp, type RiffChunk } from './riff.ts';

/** The flags of a VP8X chunk: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.7 */
export const webpFlags = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;

/** What is kept of the chunks behind a VP8X chunk. */
export type ExtendedWebp = {
  readonly canvas: Size;
  readonly flags: number;
  readonly frames: readonly WebpFrame[];
  readonly image?: WebpImage;
  readonly playback?: WebpPlayback;
  readonly profile?: Uint8Array;
  readonly exif?: Uint8Array;
};

/** The walk so far. */
type Walk = { -readonly [Name in keyof ExtendedWebp]: ExtendedWebp[Name] } & {
  readonly frames: WebpFrame[];
  readonly most: number;
  /** An ALPH chunk whose bitstream has to be the next chunk. */
  alpha?: RiffChunk;
};

export const hasWebpFlag = (flags: number, name: keyof typeof webpFlags): boolean =>
  (flags & webpFlags[name]) !== 0;

/** The largest canvas of the format, in pixels. */
const canvasPixels = 2 ** 32 - 1;

function startWalk({ data }: RiffChunk, most: number): Walk {
  if (data.length < 10) throw damagedWebp('a VP8X chunk that is too short');
  const canvas = { width: readUint24(data, 4) + 1, height: readUint24(data, 7) + 1 };
  if (canvas.width * canvas.height > canvasPixels)
    throw damagedWebp('a canvas that is larger than the format allows');
  return { canvas, flags: data[0] ?? 0, frames: [], most };
}

/** An animation has all its pixels in frames, and a still has one image. */
function addImageChunk(walk: Walk, chunk: RiffChunk): void {
  if (hasWebpFlag(walk.flags, 'animation'))
    throw damagedWebp('an animation with pixels outside its frames');
  if (walk.image !== undefined) throw damagedWebp('a still with two bitstreams');
  if (walk.alpha !== undefined) walk.image = readWebpImage(walk.alpha, chunk);
  else if (chunk.name === 'ALPH') walk.alpha = chunk;
  else walk.image = readWebpImage(chunk, undefined);
}

function addFrame(walk: Walk, chunk: RiffChunk): void {
  if (!hasWebpFlag(walk.flags, 'animation') || walk.frames.length >= walk.most) return;
  if (walk.playback === undefined) throw damagedWebp('a frame before the ANIM chunk');
  walk.frames.push(readWebpFrame(chunk, walk.canvas));
}

/** Only the first profile counts, and only if the flag announces it, as in libwebp. */
function addProfile(walk: Walk, { data }: RiffChunk): void {
  if (!hasWebpFlag(walk.flags, 'profile') || walk.profile !== undefined) return;
  if (data.length > limits.profileBytes)
    throw sourceRefusal('source_too_large', `a profile of ${data.length} bytes`);
  walk.profile = data;
}

function addPlayback(walk: Walk, chunk: RiffChunk): void {
  walk.playback ??= readPlayback(chunk);
}

function addExif(walk: Walk, { data }: RiffChunk): void {
  if (hasWebpFlag(walk.flags, 'exif')) walk.exif ??= data;
}

/** Chunks that are not listed are dropped. */
const adders: ReadonlyMap<string, (walk: Walk, chunk: RiffChunk) => void> = new Map([
  ['ANIM', addPlayback],
  ['ANMF', addFrame],
  ['ICCP', addProfile],
  ['EXIF', addExif],
]);

function addChunk(walk: Walk, chunk: RiffChunk): void {
  const awaited = walk.alpha !== undefined && walk.image === undefined;
  if (chunk.name === 'VP8X') throw damagedWebp('two VP8X chunks');
  if (awaited || isImageChunk(chunk)) addImageChunk(walk, chunk);
  else adders.get(chunk.name)?.(walk, chunk);
}

/** Reads all chunks behind the VP8X chunk, and at most `most` frames. */
export function readExtendedWebp(
  first: RiffChunk,
  others: Iterable<RiffChunk>,
  most: number,
): ExtendedWebp {
  const walk = startWalk(first, most);
  for (const chunk of others) addChunk(walk, chunk);
  return walk;
}
