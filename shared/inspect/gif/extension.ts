import { limits } from '../../limits.ts';
import { damagedGif, readUint16, skipSubBlocks, writeUint16 } from './blocks.ts';

/** How a frame is drawn: the Graphic Control Extension, section 23. */
export type GifControl = {
  readonly disposal: number;
  /** Hundredths of a second. */
  readonly delay: number;
  /** The index that is transparent. */
  readonly transparent: number | undefined;
};

/** What an extension says, and where it ends. */
export type GifExtension = {
  readonly end: number;
  readonly control?: GifControl;
  readonly loop?: number;
};

const controlLabel = 0xf9;
const applicationLabel = 0xff;
const maxDelay = Math.floor(limits.sourceDelayMilliseconds / 10);

function readControl(bytes: Uint8Array, at: number): GifControl {
  if (bytes[at] !== 4) throw damagedGif('a graphic control extension of another size');
  const flags = bytes[at + 1] ?? 0;
  return {
    disposal: (flags >> 2) & 7,
    delay: Math.min(readUint16(bytes, at + 2), maxDelay),
    transparent: (flags & 1) === 1 ? bytes[at + 4] : undefined,
  };
}

const loopExtensions: readonly string[] = ['NETSCAPE2.0', 'ANIMEXTS1.0'];

/**
 * Reads how often the animation plays. The extension counts the repetitions after the first play, as
 * browsers do: https://source.chromium.org/chromium/chromium/src/+/main:cc/paint/image_animation_count.h.
 * So a count of 65,535 is one play more than WebP and sharp can say.
 */
function readLoop(bytes: Uint8Array, at: number): number | undefined {
  const name = String.fromCharCode(...bytes.subarray(at + 1, at + 12));
  const isLoop = bytes[at] === 11 && loopExtensions.includes(name);
  if (!isLoop || bytes[at + 12] !== 3 || bytes[at + 13] !== 1) return undefined;
  const repetitions = readUint16(bytes, at + 14);
  return repetitions === 0 ? 0 : Math.min(repetitions + 1, limits.sourceLoops);
}

/** Reads the extension whose label is at this place. Comments, text and other applications say nothing. */
export function readGifExtension(bytes: Uint8Array, at: number): GifExtension {
  const end = skipSubBlocks(bytes, at + 1);
  if (bytes[at] === controlLabel) return { end, control: readControl(bytes, at + 1) };
  const loop = bytes[at] === applicationLabel ? readLoop(bytes, at + 1) : undefined;
  return loop === undefined ? { end } : { end, loop };
}

/** Writes how a frame is drawn. */
export function writeControl({ disposal, delay, transparent }: GifControl): Uint8Array {
  const flags = disposal * 4 + (transparent === undefined ? 0 : 1);
  return Uint8Array.of(0x21, controlLabel, 4, flags, ...writeUint16(delay), transparent ?? 0, 0);
}

/** Writes how often the animation plays. Without the extension it plays once. */
export function writeLoop(loop: number): Uint8Array {
  if (loop === 1) return new Uint8Array();
  const name = Uint8Array.from('NETSCAPE2.0', (one) => one.charCodeAt(0));
  const repetitions = writeUint16(Math.max(loop - 1, 0));
  return Uint8Array.of(0x21, applicationLabel, 11, ...name, 3, 1, ...repetitions, 0);
}
