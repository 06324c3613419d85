import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import type { Inspected, InspectOptions, SourceFacts } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { damagedGif, type GifScreen, readGifScreen, writeUint16 } from './blocks.ts';
import { findGifCanvas, showEmptyPixels } from './canvas.ts';
import { writeLoop } from './extension.ts';
import { type GifFrame, writeGifFrame } from './frame.ts';
import { type GifAnimation, readGifBlocks } from './walk.ts';

/** The largest side that libvips decodes, in pixels. It is also the largest of a logical screen. */
const canvasSide = 65_535;

/** The delay that libnsgif assumes without a Graphic Control Extension, in hundredths of a second. */
const defaultDelay = 10;

function readFacts({ width, height }: Size, { frames, loop }: GifAnimation): SourceFacts {
  const animated = frames.length > 1;
  const alpha = frames.some(({ control }) => control?.transparent !== undefined);
  return {
    type: 'gif',
    width,
    height,
    frames: frames.length,
    alpha,
    orientation: 1,
    delays: animated ? frames.map(({ control }) => 10 * (control?.delay ?? defaultDelay)) : [],
    loop: animated ? loop : 0,
    depth: 8,
    channels: alpha ? 4 : 3,
    profile: false,
    hdr: false,
  };
}

/** Writes the screen as it was, because the decoder finds its canvas in the same way. */
function writeGif(
  { width, height, flags, background, colors }: GifScreen,
  loop: number,
  frames: readonly GifFrame[],
): Uint8Array {
  const screen = [...writeUint16(width), ...writeUint16(height), flags, background, 0];
  return joinBytes([
    Uint8Array.from('GIF89a', (one) => one.charCodeAt(0)),
    Uint8Array.from(screen),
    colors,
    ...(frames.length > 1 ? [writeLoop(loop)] : []),
    ...frames.flatMap(writeGifFrame),
    Uint8Array.of(0x3b),
  ]);
}

/**
 * Reads the blocks of a GIF, and writes those again that draw: the screen, the number of plays, and
 * images with their control extensions. Frames behind `frames` are cut.
 */
export function inspectGif(
  bytes: Uint8Array,
  { frames: most }: Pick<InspectOptions, 'frames'>,
): Inspected {
  const screen = readGifScreen(bytes);
  const animation = readGifBlocks(bytes, screen.end, most);
  const [first] = animation.frames;
  if (first === undefined) throw damagedGif('no image');
  const canvas = findGifCanvas(screen, first);
  if (canvas.width > canvasSide || canvas.height > canvasSide)
    throw sourceRefusal('source_too_large', `a canvas of ${canvas.width}×${canvas.height} pixels`);
  const frames = showEmptyPixels(animation.frames, canvas);
  const facts = readFacts(canvas, { ...animation, frames });
  return { facts, bytes: writeGif(screen, facts.loop, frames) };
}
