import { isNamed } from './application.ts';
import { markers } from './markers.ts';
import type { Segment } from './segments.ts';

/** EXIF is a TIFF behind this name: CIPA DC-008, section 4.7.2. */
const name = 'Exif\0\0';

const orientationTag = 0x0112;
const entryBytes = 12;

/** The field types SHORT and LONG, with the reader of such a value. */
type ReadField = (view: DataView, at: number, little: boolean) => number;
const fields: ReadonlyMap<number, ReadField> = new Map<number, ReadField>([
  [3, (view, at, little) => view.getUint16(at, little)],
  [4, (view, at, little) => view.getUint32(at, little)],
]);

/** Whether a TIFF is little-endian; undefined if it is no TIFF. */
function readByteOrder(view: DataView): boolean | undefined {
  if (view.byteLength < 8) return undefined;
  const order = view.getUint32(0);
  if (order === 0x49492a00) return true;
  return order === 0x4d4d002a ? false : undefined;
}

/** Finds an entry of the first directory. No other offset is followed, so nothing can loop. */
function findEntry(view: DataView, little: boolean, tag: number): number | undefined {
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const first = directory + 2;
  const room = Math.floor((view.byteLength - first) / entryBytes);
  const entries = Math.min(view.getUint16(directory, little), room);
  for (let index = 0; index < entries; index += 1) {
    const at = first + index * entryBytes;
    if (view.getUint16(at, little) === tag) return at;
  }
  return undefined;
}

function readTiffOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = readByteOrder(view);
  if (little === undefined) return 1;
  const at = findEntry(view, little, orientationTag);
  if (at === undefined || view.getUint32(at + 4, little) !== 1) return 1;
  const value = fields.get(view.getUint16(at + 2, little))?.(view, at + 8, little) ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}

/** Reads the orientation, 1 to 8, from the first EXIF segment. Anything invalid is 1, as in browsers. */
export function readOrientation(header: readonly Segment[]): number {
  const found = header.find((segment) => isNamed(segment, markers.app1, name));
  return found === undefined ? 1 : readTiffOrientation(found.body.subarray(name.length));
}
