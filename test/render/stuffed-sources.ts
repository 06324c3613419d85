import { deflateSync } from 'node:zlib';
import type { Sharp } from 'sharp';
import { jpegSegment, pngChunk, pngSignature, riff, withSegments } from './encoders.ts';
import { exifOf, iptcOf, photoshopOf, word, xmpOf } from './metadata-blocks.ts';
import { animated, type Quarters, quartered } from './rendering.ts';

/** Sources with metadata in every place that their format has for it. */

/** What must never leave: it stands in every place that a file has for words. */
export const canary = '<script>CANARY-4711</script>';
const text = Buffer.from(canary, 'latin1');

const exif = exifOf(canary);
const xmp = xmpOf(canary);
const iptc = iptcOf(canary);

/** A part of an XMP packet that is too long for one segment: XMP specification, part 3, section 1.1.3.1. */
const extendedXmp = Buffer.concat([
  Buffer.from(`http://ns.adobe.com/xmp/extension/\0${'0'.repeat(32)}`, 'latin1'),
  word(xmp.length),
  word(0),
  xmp,
]);

export function stuffJpeg(jpeg: Buffer): Buffer {
  const segments = [
    jpegSegment(0xe0, Buffer.concat([Buffer.from('JFXX\0\x10', 'latin1'), text])),
    jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif])),
    jpegSegment(
      0xe1,
      Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), xmp]),
    ),
    jpegSegment(0xe1, extendedXmp),
    jpegSegment(0xe2, Buffer.concat([Buffer.from('FPXR\0\0', 'latin1'), text])),
    jpegSegment(0xe5, canary),
    jpegSegment(
      0xec,
      Buffer.concat([Buffer.from('Ducky\0\x02\0', 'latin1'), word(text.length), text]),
    ),
    jpegSegment(0xed, photoshopOf(iptc)),
    jpegSegment(0xfe, canary),
  ];
  return Buffer.concat([withSegments(jpeg, segments), text]);
}

/** The text chunk in which ImageMagick keeps IPTC. */
function rawProfile(name: string, bytes: Buffer): Buffer {
  const lines = `\n${name}\n${String(bytes.length).padStart(8)}\n${bytes.toString('hex')}\n`;
  const head = Buffer.from(`Raw profile type ${name}\0\0`, 'latin1');
  return pngChunk('zTXt', Buffer.concat([head, deflateSync(Buffer.from(lines, 'latin1'))]));
}

export function stuffPng(png: Buffer): Buffer {
  const keyword = (name: string): Buffer => Buffer.from(`${name}\0`, 'latin1');
  const header = pngSignature.length + 25;
  const chunks = [
    pngChunk('tEXt', Buffer.concat([keyword('Comment'), text])),
    pngChunk('zTXt', Buffer.concat([keyword('Description'), Buffer.from([0]), deflateSync(text)])),
    pngChunk('iTXt', Buffer.concat([keyword('Author'), Buffer.alloc(4), text])),
    pngChunk('iTXt', Buffer.concat([keyword('XML:com.adobe.xmp'), Buffer.alloc(4), xmp])),
    rawProfile('iptc', photoshopOf(iptc).subarray(14)),
    pngChunk('eXIf', exif),
    pngChunk('tIME', Buffer.from([7, 234, 1, 2, 3, 4, 5])),
    pngChunk('prVt', text),
  ];
  // Text may also stand behind the pixels.
  const end = png.length - 12;
  const behind = pngChunk('tEXt', Buffer.concat([keyword('Copyright'), text]));
  const parts = [png.subarray(0, header), ...chunks, png.subarray(header, end), behind];
  return Buffer.concat([...parts, png.subarray(end), text]);
}

function extension(label: number, name: string, blocks: readonly Buffer[]): Buffer {
  const head = name === '' ? [] : [name.length, ...Buffer.from(name, 'latin1')];
  const all = blocks.flatMap((block) => [Buffer.from([block.length]), block]);
  return Buffer.concat([Buffer.from([0x21, label, ...head]), ...all, Buffer.from([0])]);
}

/** XMP stands in a GIF as it is, before 258 bytes that lead any reader of sub-blocks to the end. */
function gifXmp(): Buffer {
  const countdown = Array.from({ length: 257 }, (_, at) => Math.max(0, 255 - at));
  const trailer = Buffer.from([1, ...countdown]);
  const head = Buffer.from([0x21, 0xff, 11, ...Buffer.from('XMP DataXMP', 'latin1')]);
  return Buffer.concat([head, xmp, trailer]);
}

export function stuffGif(gif: Buffer): Buffer {
  const colours = 3 * 2 ** (((gif[10] ?? 0) & 7) + 1);
  const pixels = 13 + ((gif[10] ?? 0) & 0x80 ? colours : 0);
  const blocks = [extension(0xfe, '', [text]), gifXmp(), extension(0xff, 'CANARY  1.0', [text])];
  const end = gif.length - 1;
  const behind = extension(0xfe, '', [text]);
  const parts = [gif.subarray(0, pixels), ...blocks, gif.subarray(pixels, end), behind];
  return Buffer.concat([...parts, gif.subarray(end), text]);
}

/** The chunks of a WebP, without a header of the extended form. */
function webpChunks(webp: Buffer): readonly (readonly [string, Buffer])[] {
  const chunks: (readonly [string, Buffer])[] = [];
  for (let at = 12; at + 8 <= webp.length; ) {
    const size = webp.readUInt32LE(at + 4);
    chunks.push([webp.toString('latin1', at, at + 4), webp.subarray(at + 8, at + 8 + size)]);
    at += 8 + size + (size % 2);
  }
  return chunks.filter(([name]) => name !== 'VP8X');
}

/** Flags of VP8X: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.7.1 */
const webpFlags = { animation: 0x02, xmp: 0x04, exif: 0x08, profile: 0x20 } as const;

export function stuffWebp(webp: Buffer, width: number, height: number): Buffer {
  const chunks = webpChunks(webp);
  const has = (name: string): boolean => chunks.some(([one]) => one === name);
  const moves = has('ANIM') ? webpFlags.animation : 0;
  const profile = has('ICCP') ? webpFlags.profile : 0;
  const header = Buffer.alloc(10);
  header.writeUInt8(moves | profile | webpFlags.exif | webpFlags.xmp, 0);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const words = [
    ['EXIF', exif],
    ['XMP ', xmp],
    ['CNRY', text],
  ] as const;
  return Buffer.concat([riff([['VP8X', header], ...chunks, ...words]), text]);
}

const [width, height] = [40, 24];
const one: Quarters = ['red', 'green', 'blue', 'yellow'];
const other: Quarters = ['blue', 'red', 'green', 'yellow'];
/** Dots per inch, which no picture has by itself. */
const density = 321;
const picture = (): Sharp => quartered(width, height, one).withMetadata({ density });
const moving = (): Sharp => animated(width, height, [one, other]);

export const sourceNames = ['jpg', 'png', 'webp', 'gif', 'gif, moving', 'webp, moving'] as const;
export type SourceName = (typeof sourceNames)[number];

const makers: Readonly<Record<SourceName, () => Promise<Buffer>>> = {
  jpg: async () => stuffJpeg(await picture().withIccProfile('p3').jpeg().toBuffer()),
  png: async () => stuffPng(await picture().withIccProfile('p3').png().toBuffer()),
  webp: async () =>
    stuffWebp(await picture().withIccProfile('p3').webp().toBuffer(), width, height),
  gif: async () => stuffGif(await picture().gif().toBuffer()),
  'gif, moving': async () => stuffGif(await moving().gif().toBuffer()),
  'webp, moving': async () => stuffWebp(await moving().webp().toBuffer(), width, height),
};

/** A source of each type, full of metadata. */
export async function stuffedSources(): Promise<ReadonlyMap<SourceName, Buffer>> {
  const made = sourceNames.map(async (name) => [name, await makers[name]()] as const);
  return new Map(await Promise.all(made));
}
