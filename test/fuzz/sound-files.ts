import sharp, { type Sharp } from 'sharp';
import type { SourceType } from '../../shared/operations/image-type.ts';
import { jpegSegment, pngChunk, riff, withSegments } from '../render/encoders.ts';

export type SoundFile = { readonly type: SourceType; readonly bytes: Buffer };

const [width, height, frames] = [40, 30, 4];

/** A picture with edges, slopes and noise, the same in every run. */
function picture(channels: 1 | 3 | 4, count = 1): Sharp {
  const data = Buffer.alloc(width * height * count * channels);
  for (let at = 0; at < data.length; at += 1)
    data[at] = (Math.imul(at, 2_654_435_761) >>> 28) + (at % 7) * 20 + (at % width > 20 ? 60 : 0);
  return sharp(data, {
    raw: { width, height: height * count, channels, ...(count > 1 ? { pageHeight: height } : {}) },
    ...(count > 1 ? { animated: true } : {}),
  });
}

/** EXIF with an orientation: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.2 */
const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');

const withExif = async (jpeg: Promise<Buffer>): Promise<Buffer> =>
  withSegments(await jpeg, [
    jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff])),
    jpegSegment(0xfe, 'a comment'),
  ]);

/** The chunks of a PNG behind IHDR, with text and EXIF in front. */
async function withPngText(png: Promise<Buffer>): Promise<Buffer> {
  const bytes = await png;
  const text = [pngChunk('tEXt', Buffer.from('Title\0a title')), pngChunk('eXIf', tiff)];
  return Buffer.concat([bytes.subarray(0, 33), ...text, bytes.subarray(33)]);
}

/** A WebP in the extended form with EXIF: https://www.rfc-editor.org/rfc/rfc9649#section-2.7 */
async function withWebpExif(webp: Promise<Buffer>): Promise<Buffer> {
  const header = Buffer.alloc(10);
  header[0] = 0x08;
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const bytes = await webp;
  const stream = riff([
    ['VP8X', header],
    ['EXIF', tiff],
  ]);
  const joined = Buffer.concat([stream.subarray(0, 30), bytes.subarray(12), stream.subarray(30)]);
  joined.writeUInt32LE(joined.length - 8, 4);
  return joined;
}

const timing = { delay: [100, 200, 50, 0], loop: 3 };

const makers: readonly (readonly [SourceType, () => Promise<Buffer>])[] = [
  ['jpg', () => picture(3).jpeg().toBuffer()],
  ['jpg', () => withExif(picture(3).jpeg({ progressive: true, quality: 95 }).toBuffer())],
  ['jpg', () => picture(1).toColourspace('b-w').jpeg().toBuffer()],
  ['jpg', () => picture(3).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer()],
  ['jpg', () => picture(3).withIccProfile('p3').jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['png', () => withPngText(picture(3).png().toBuffer())],
  ['png', () => picture(4).withIccProfile('p3').png({ progressive: true }).toBuffer()],
  ['png', () => picture(4).png({ palette: true }).toBuffer()],
  ['png', () => picture(3).toColourspace('rgb16').png().toBuffer()],
  ['png', () => picture(1).toColourspace('b-w').png().toBuffer()],
  ['webp', () => withWebpExif(picture(3).webp().toBuffer())],
  ['webp', () => picture(4).webp().toBuffer()],
  ['webp', () => picture(4).withIccProfile('p3').webp({ lossless: true }).toBuffer()],
  ['webp', () => picture(4, frames).webp(timing).toBuffer()],
  [
    'webp',
    () =>
      picture(3, frames)
        .webp({ lossless: true, ...timing })
        .toBuffer(),
  ],
  ['gif', () => picture(3).gif().toBuffer()],
  ['gif', () => picture(4, frames).gif(timing).toBuffer()],
  [
    'gif',
    () =>
      picture(4, frames)
        .gif({ ...timing, interFrameMaxError: 8 })
        .toBuffer(),
  ],
];

/** Sound files of every kind that is read, from generators. */
export function soundFiles(): Promise<readonly SoundFile[]> {
  return Promise.all(makers.map(async ([type, make]) => ({ type, bytes: await make() })));
}
