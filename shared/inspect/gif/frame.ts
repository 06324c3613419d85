import type { Size } from '../../operations/operation.ts';
import {
  countTableBytes,
  damagedGif,
  readUint16,
  skipSubBlocks,
  takeBytes,
  writeUint16,
} from './blocks.ts';
import { type GifControl, writeControl } from './extension.ts';

/** An image of a GIF: its rectangle (section 20), its colours (21) and its data (22). */
export type GifFrame = Size & {
  readonly left: number;
  readonly top: number;
  readonly control: GifControl | undefined;
  readonly interlaced: boolean;
  /** The colour table of its own; empty if it uses the global one. */
  readonly colors: Uint8Array;
  /** The indices that its data can name. */
  readonly indices: number;
  /** The minimum code size and the sub-blocks. */
  readonly data: Uint8Array;
};

const descriptorBytes = 10;
/** LZW codes have at most 12 bits, and one more than the colours: appendix F. */
const maxCodeBits = 11;
const interlaceFlag = 0x40;

/** Reads the image whose separator is at this place, and where it ends. Its data is not decoded. */
export function readGifFrame(
  bytes: Uint8Array,
  at: number,
  control: GifControl | undefined,
): { readonly frame: GifFrame; readonly end: number } {
  const descriptor = takeBytes(bytes, at, descriptorBytes);
  const flags = descriptor[9] ?? 0;
  const colors = bytes.subarray(
    at + descriptorBytes,
    at + descriptorBytes + countTableBytes(flags),
  );
  const data = at + descriptorBytes + countTableBytes(flags);
  const codeBits = bytes[data];
  if (codeBits === undefined) throw damagedGif('the file ends within a block');
  if (codeBits > maxCodeBits) throw damagedGif(`LZW codes of ${codeBits + 1} bits`);
  const end = skipSubBlocks(bytes, data + 1);
  const frame = {
    left: readUint16(descriptor, 1),
    top: readUint16(descriptor, 3),
    width: readUint16(descriptor, 5),
    height: readUint16(descriptor, 7),
    control,
    interlaced: (flags & interlaceFlag) !== 0,
    colors,
    indices: Math.min(256, 2 ** codeBits),
    data: bytes.subarray(data, end),
  };
  return { frame, end };
}

/** The flags of a colour table of this length: whether it is there, and its size. */
export const tableFlags = ({ length }: Uint8Array): number =>
  length === 0 ? 0 : 0x80 + Math.log2(length / 3) - 1;

/** A sub-block of one byte, and the end of the data. */
const padding = Uint8Array.of(1, 0, 0);

/**
 * Adds a byte to the data. Without the end code of LZW (appendix F) the decoder would lose a last code that ends with
 * its byte. Behind an end code nothing is read.
 */
function padData(data: Uint8Array): readonly Uint8Array[] {
  const end = data.subarray(-padding.length);
  const isPadded = padding.every((byte, at) => end[at] === byte);
  return isPadded ? [data] : [data.subarray(0, -1), padding];
}

/** Writes an image, with its Graphic Control Extension before it. */
export function writeGifFrame(frame: GifFrame): readonly Uint8Array[] {
  const { left, top, width, height, control, interlaced, colors, data } = frame;
  const numbers = [left, top, width, height].flatMap(writeUint16);
  const flags = tableFlags(colors) + (interlaced ? interlaceFlag : 0);
  const before = control === undefined ? [] : [writeControl(control)];
  return [...before, Uint8Array.of(0x2c, ...numbers, flags), colors, ...padData(data)];
}
