import { jpegSegment } from './encoders.ts';

/* Blocks of metadata as cameras and programs write them, with one text in each field. */

/** Four bytes, big-endian. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** A field of a TIFF directory: its tag, its type, how many values it has, and their bytes. */
type Field = readonly [tag: number, type: number, count: number, value: Buffer];

const types = { byte: 1, ascii: 2, short: 3, long: 4, undefined: 7 } as const;

function asciiField(tag: number, text: string): Field {
  const value = Buffer.from(`${text}\0`, 'latin1');
  return [tag, types.ascii, value.length, value];
}

const longField = (tag: number, value: number): Field => [tag, types.long, 1, word(value)];

const directoryBytes = (fields: readonly Field[]): number =>
  2 +
  fields.length * 12 +
  4 +
  fields.reduce((sum, [, , , { length }]) => sum + (length > 4 ? length : 0), 0);

/** A directory at this offset, its long values behind it: TIFF 6.0, section 2. */
function directory(at: number, fields: readonly Field[], next = 0): Buffer {
  let free = at + 2 + fields.length * 12 + 4;
  const entries: Buffer[] = [];
  const values: Buffer[] = [];
  for (const [tag, type, count, value] of fields) {
    const isLong = value.length > 4;
    const inline = isLong ? word(free) : Buffer.concat([value, Buffer.alloc(4)]).subarray(0, 4);
    entries.push(Buffer.concat([short(tag), short(type), word(count), inline]));
    if (isLong) values.push(value);
    free += isLong ? value.length : 0;
  }
  return Buffer.concat([short(fields.length), ...entries, word(next), ...values]);
}

/**
 * EXIF with a description, an artist, a comment, a maker note, a position and a thumbnail, and the orientation
 * of a camera that is held upright: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf
 */
export function exifOf(text: string): Buffer {
  const comment = Buffer.from(`ASCII\0\0\0${text}`, 'latin1');
  const note = Buffer.from(text, 'latin1');
  const thumbnail = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xfe, text),
    Buffer.from([0xff, 0xd9]),
  ]);
  const camera: readonly Field[] = [
    [0x9286, types.undefined, comment.length, comment],
    [0x927c, types.undefined, note.length, note],
  ];
  const position: readonly Field[] = [
    [0x0001, types.ascii, 2, Buffer.from('N\0')],
    asciiField(0x001d, '2026:01:02'),
  ];
  const first = (cameraAt: number, positionAt: number): readonly Field[] => [
    asciiField(0x010e, text),
    [0x0112, types.short, 1, short(6)],
    asciiField(0x013b, text),
    asciiField(0x8298, text),
    longField(0x8769, cameraAt),
    longField(0x8825, positionAt),
  ];
  const small = (at: number): readonly Field[] => [
    [0x0103, types.short, 1, short(6)],
    longField(0x0201, at),
    longField(0x0202, thumbnail.length),
  ];
  const cameraAt = 8 + directoryBytes(first(0, 0));
  const positionAt = cameraAt + directoryBytes(camera);
  const smallAt = positionAt + directoryBytes(position);
  const thumbnailAt = smallAt + directoryBytes(small(0));
  return Buffer.concat([
    Buffer.from('MM\0*\0\0\0\x08', 'latin1'),
    directory(8, first(cameraAt, positionAt), smallAt),
    directory(cameraAt, camera),
    directory(positionAt, position),
    directory(smallAt, small(thumbnailAt)),
    thumbnail,
  ]);
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An XMP packet with a description and a creator. */
export function xmpOf(text: string): Buffer {
  const words = escapeXml(text);
  const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
  const fields = `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${words}</rdf:li></rdf:Alt></dc:description><dc:creator><rdf:Seq><rdf:li>${words}</rdf:li></rdf:Seq></dc:creator>`;
  const about = `<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">${fields}</rdf:Description>`;
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${about}</rdf:RDF></x:xmpmeta>`;
  const id = 'W5M0MpCehiHzreSzNTczkc9d';
  return Buffer.from(`<?xpacket begin="\ufeff" id="${id}"?>${packet}<?xpacket end="w"?>`, 'utf8');
}

/** IPTC with a caption and a byline: IIM, version 4.2, chapters 3 and 6. */
export function iptcOf(text: string): Buffer {
  const words = Buffer.from(text, 'latin1');
  const fields = [120, 80].map((number) => [
    Buffer.from([0x1c, 2, number]),
    short(words.length),
    words,
  ]);
  return Buffer.concat(fields.flat());
}

/** IPTC in a resource of Photoshop, with the name of its segment. */
export function photoshopOf(iptc: Buffer): Buffer {
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1');
  return Buffer.concat([head, word(iptc.length), iptc, Buffer.alloc(iptc.length % 2)]);
}
