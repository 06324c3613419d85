const orientationTag = 0x0112;
const headerBytes = 8;
const entryBytes = 12;

/** The field type that EXIF asks for: CIPA DC-008, section 4.6.4. Browsers ignore an orientation of another type. */
const shortType = 3;

/** Whether a TIFF is little-endian; undefined if it is no TIFF. */
function readByteOrder(view: DataView): boolean | undefined {
  if (view.byteLength < headerBytes) return undefined;
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

/** Reads the orientation, 1 to 8, from the TIFF that EXIF is. A missing or invalid one is 1. */
export function readOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = readByteOrder(view);
  if (little === undefined) return 1;
  const at = findEntry(view, little, orientationTag);
  if (at === undefined || view.getUint32(at + 4, little) !== 1) return 1;
  if (view.getUint16(at + 2, little) !== shortType) return 1;
  const value = view.getUint16(at + 8, little);
  return value >= 1 && value <= 8 ? value : 1;
}
