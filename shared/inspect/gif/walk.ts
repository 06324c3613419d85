import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import { damagedGif } from './blocks.ts';
import { type GifControl, readGifExtension } from './extension.ts';
import { type GifFrame, readGifFrame } from './frame.ts';

/** The blocks of a GIF that draw. */
export type GifAnimation = { readonly frames: readonly GifFrame[]; readonly loop: number };

type Walk = {
  readonly frames: GifFrame[];
  at: number;
  loop: number;
  /** Applies to the next image. */
  control: GifControl | undefined;
  /** Pixels in the rectangles of the frames so far. */
  pixels: number;
};

function addExtension(walk: Walk, bytes: Uint8Array): void {
  const { end, control, loop } = readGifExtension(bytes, walk.at + 1);
  walk.at = end;
  walk.control = control ?? walk.control;
  walk.loop = loop ?? walk.loop;
}

/**
 * Returns whether the frame was kept. Its rectangle may exceed the canvas, and the decoder unpacks it
 * all the same. Without a limit on the sum, small files could ask for days of work.
 */
function addFrame(walk: Walk, bytes: Uint8Array): boolean {
  const { frame, end } = readGifFrame(bytes, walk.at, walk.control);
  walk.pixels += frame.width * frame.height;
  if (walk.pixels > limits.sourcePixels) {
    if (walk.frames.length > 0) return false;
    throw sourceRefusal('source_too_large', `a frame of ${frame.width}×${frame.height} pixels`);
  }
  walk.at = end;
  walk.control = undefined;
  walk.frames.push(frame);
  return true;
}

const extensionIntroducer = 0x21;
const imageSeparator = 0x2c;
const trailer = 0x3b;

/** Skips block terminators that follow no sub-blocks. Some encoders write them between frames. */
function skipTerminators(walk: Walk, bytes: Uint8Array): void {
  while (bytes[walk.at] === 0) walk.at += 1;
}

/**
 * Reads a block. Returns whether another one can follow. Behind a complete image, anything else
 * than a block ends the file, and so does a missing trailer: browsers show such files.
 */
function addBlock(walk: Walk, bytes: Uint8Array): boolean {
  skipTerminators(walk, bytes);
  const introducer = bytes[walk.at];
  if (introducer === imageSeparator) return addFrame(walk, bytes);
  if (introducer === extensionIntroducer) {
    addExtension(walk, bytes);
    return true;
  }
  if (introducer !== trailer && walk.frames.length === 0)
    throw damagedGif('something else than a block before the first image');
  return false;
}

/** Reads the blocks from this place on, until the trailer or until `most` frames. */
export function readGifBlocks(bytes: Uint8Array, start: number, most: number): GifAnimation {
  const walk: Walk = { frames: [], at: start, loop: 1, control: undefined, pixels: 0 };
  let count = 0;
  while (walk.frames.length < most && addBlock(walk, bytes)) {
    count += 1;
    if (count > limits.sourceParts)
      throw sourceRefusal('source_too_large', `more than ${limits.sourceParts} blocks`);
  }
  return walk;
}
