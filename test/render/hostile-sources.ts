import sharp from 'sharp';
import type { RefusalCode } from '../../shared/refusal.ts';
import { noiseBytes } from './bombs/bit-writers.ts';
import type { BombEnd } from './bombs/bomb.ts';
import { pngSignature } from './encoders.ts';

/** A file, and the only ways in which a render of it may end. */
export type HostileSource = {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ends: readonly BombEnd[];
};

const width = 300;
const height = 200;

/** Noise compresses badly, so that a cut always goes through pixels. */
const noise = () => sharp(noiseBytes(width * height * 3), { raw: { width, height, channels: 3 } });

/** One sound image of each type that is read. */
export async function soundImages() {
  const [jpg, png, gif, webp] = await Promise.all([
    noise().jpeg().toBuffer(),
    noise().png().toBuffer(),
    noise().gif().toBuffer(),
    noise().webp().toBuffer(),
  ]);
  return { jpg, png, gif, webp };
}

type Images = Awaited<ReturnType<typeof soundImages>>;

const refused = (name: string, code: RefusalCode, bytes: Buffer | string): HostileSource => ({
  name,
  ends: [code],
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
});

/** An ISO base media file as far as its brand: what HEIC and AVIF begin with. */
const branded = (brand: string): string => `\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`;

const foreign: readonly (readonly [string, string])[] = [
  ['an empty file', ''],
  ['one byte', '\xff'],
  ['text', 'hello, world\n'],
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
  [
    'SVG that reads a file',
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&f;</text></svg>',
  ],
  ['PDF', '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF'],
  ['PostScript', '%!PS-Adobe-3.0\nshowpage\n'],
  ['HEIC', branded('heic')],
  ['AVIF', branded('avif')],
  ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 '],
  ['JPEG XL', '\xff\x0a\0\0\0\0'],
  ['BMP', `BM${'\0'.repeat(60)}`],
  ['ICO', `\0\0\x01\0\x01\0${'\0'.repeat(60)}`],
  ['a matrix in text', '#vips2ppm\nP6 9 9 255\n'],
];

/** What `sniff` takes for one type and is another: the decoder has the last word. */
const disguised: readonly (readonly [string, string])[] = [
  ['a PDF that says WEBP where a WebP does', '%PDF-1.7WEBP\n1 0 obj<<>>endobj'],
  ['a TIFF that says WEBP', `II*\0\x08\0\0\0WEBP${'\0'.repeat(64)}`],
  ['a BMP that says WEBP', `BM${'\0'.repeat(6)}WEBP${'\0'.repeat(64)}`],
  ['an AVIF that says WEBP', '\0\0\0\x18ftypWEBPavifmif1'],
  ['a GIF of HTML', 'GIF89a<script>alert(1)</script>'],
  ['a PNG of text', `${pngSignature.toString('latin1')}hello`],
  ['a JPEG of text', '\xff\xd8\xffhello'],
  ['a RIFF of sound', 'RIFF\x24\0\0\0WEBPfmt \x10\0\0\0'],
];

/** Bytes off the end, as a share of the file or as a number. */
const cuts: readonly (readonly [string, (length: number) => number])[] = [
  ['in its header', () => 30],
  ...[0.01, 0.1, 0.5, 0.9, 0.99].map((share): [string, (length: number) => number] => [
    `at ${share * 100} per cent`,
    (length) => Math.floor(length * share),
  ]),
  ['before its last 13 bytes', (length) => length - 13],
];

function truncated(images: Images): readonly HostileSource[] {
  return Object.entries(images).flatMap(([type, whole]) =>
    cuts.map(([where, keep]) =>
      refused(
        `a ${type} cut ${where}`,
        'source_undecodable',
        whole.subarray(0, keep(whole.length)),
      ),
    ),
  );
}

/** Every hostile file of this suite. */
export async function hostileSources(): Promise<readonly HostileSource[]> {
  const images = await soundImages();
  const tiff = await noise().tiff().toBuffer();
  const avif = await noise().avif({ effort: 0 }).toBuffer();
  return [
    ...foreign.map(([name, bytes]) => refused(name, 'source_unsupported', bytes)),
    refused('a whole TIFF', 'source_unsupported', tiff),
    refused('a whole AVIF', 'source_unsupported', avif),
    ...disguised.map(([name, bytes]) => refused(name, 'source_undecodable', bytes)),
    ...truncated(images),
  ];
}
