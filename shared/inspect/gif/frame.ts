import type { Size } from '../../operations/operation.ts';
import { countTableBytes, damagedGif, readUint16, skipSubBlocks, takeBytes } from './blocks.ts';
import { type GifControl, writeControl } from './extension.ts';

/** An image of a GIF: its rectangle (section 20), its colours (21) and its data (22). */
export type GifFrame = Size & {
  readonly left: number;
  readonly top: number;
  readonly control: GifControl | undefined;
  /** The colours that its data can name. */
  readonly indices: number;
  /** From the separator to the end of the data. */
  readonly bytes: Uint8Array;
};

const descriptorBytes = 10;
/** LZW codes have at most 12 bits, and one more than the colours: appendix F. */
const maxCodeBits = 11;

/** Reads the image whose separator is at this place. Its data is not decoded. */
export function readGifFrame(
  bytes: Uint8Array,
  at: number,
  control: GifControl | undefined,
): GifFrame {
  const descriptor = takeBytes(bytes, at, descriptorBytes);
  const table = countTableBytes(descriptor[9] ?? 0);
  const data = at + descriptorBytes + table;
  const codeBits = bytes[data];
  if (codeBits === undefined) throw damagedGif('the file ends within a block');
  if (codeBits > maxCodeBits) throw damagedGif(`LZW codes of ${codeBits + 1} bits`);
  return {
    left: readUint16(descriptor, 1),
    top: readUint16(descriptor, 3),
    width: readUint16(descriptor, 5),
    height: readUint16(descriptor, 7),
    control,
    indices: 2 ** codeBits,
    bytes: bytes.subarray(at, skipSubBlocks(bytes, data + 1)),
  };
}

/** Writes an image, with its Graphic Control Extension before it. */
export const writeGifFrame = ({ control, bytes }: GifFrame): readonly Uint8Array[] =>
  control === undefined ? [bytes] : [writeControl(control), bytes];
