/*
 * EXIF is a TIFF file: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E, section 4.5.
 */

const orientationTag = 0x0112;
const shortType = 3;
const headerBytes = 8;
const countBytes = 2;
const entryBytes = 12;

/** Whether the numbers are little-endian; undefined if this is not a TIFF header. */
function readByteOrder(view: DataView): boolean | undefined {
  if (view.byteLength < headerBytes) return undefined;
  const mark = view.getUint32(0);
  if (mark === 0x49492a00) return true;
  return mark === 0x4d4d002a ? false : undefined;
}

/** Where the entries of the first directory begin and end. Entries that the file lacks are left out. */
function findEntries(view: DataView, little: boolean): { start: number; end: number } {
  const directory = view.getUint32(4, little);
  const start = directory + countBytes;
  if (start > view.byteLength) return { start, end: start };
  const end = start + view.getUint16(directory, little) * entryBytes;
  return { start, end: Math.min(end, view.byteLength) };
}

/**
 * Reads the orientation, 1 to 8, from a TIFF structure; 1 if it has none. Only the first directory
 * is read, and no offset but the directory's own is followed, so that no file can make it loop.
 */
export function readOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = readByteOrder(view);
  if (little === undefined) return 1;
  const { start, end } = findEntries(view, little);
  for (let at = start; at + entryBytes <= end; at += entryBytes) {
    if (view.getUint16(at, little) !== orientationTag) continue;
    const isShort = view.getUint16(at + 2, little) === shortType;
    const value = view.getUint16(at + 8, little);
    return isShort && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/**
 * Writes a TIFF structure with nothing but an orientation. libvips turns a picture while it scales it, which
 * needs the tag; the tags of the source itself never reach it.
 */
export function writeOrientation(orientation: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes + countBytes + entryBytes + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4d4d002a);
  view.setUint32(4, headerBytes);
  view.setUint16(headerBytes, 1);
  const entry = headerBytes + countBytes;
  view.setUint16(entry, orientationTag);
  view.setUint16(entry + 2, shortType);
  view.setUint32(entry + 4, 1);
  view.setUint16(entry + 8, orientation);
  return bytes;
}
