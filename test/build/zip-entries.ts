/** An entry of the central directory of a zip. */
export type ZipEntry = {
  readonly name: string;
  /** The system that made the zip: 3 is Unix. */
  readonly madeBy: number;
  /** The type and permissions, as in `stat`. */
  readonly mode: number;
  /** In DOS format, like `time`. */
  readonly date: number;
  readonly time: number;
};

function entryAt(zip: Buffer, at: number): ZipEntry {
  return {
    name: zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)),
    madeBy: zip.readUInt8(at + 5),
    mode: zip.readUInt16LE(at + 40),
    date: zip.readUInt16LE(at + 14),
    time: zip.readUInt16LE(at + 12),
  };
}

/** Parses the entries, because unzip libraries hide most of these fields. See APPNOTE.TXT 4.3.12 and 4.3.16. */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  const zip = Buffer.from(bytes);
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    entries.push(entryAt(zip, at));
    const lengths = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    at += 46 + lengths.reduce((sum, length) => sum + length);
  }
  return entries;
}
