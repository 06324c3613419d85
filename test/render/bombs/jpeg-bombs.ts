import sharp from 'sharp';
import { claiming, jpegSegment, withSegments } from '../encoders.ts';
import { type Bomb, drawnOrRefused } from './bomb.ts';
import {
  countBlocks,
  end,
  flatJpeg,
  frameHeader,
  huffmanTable,
  type JpegFrame,
  progressiveJpeg,
  quantisation,
  type Sampling,
  scanHeader,
  start,
} from './jpeg-encoder.ts';

const full: Sampling = [1, 1];
/** The largest source in pixels, nearly. */
const large = { width: 7_064, height: 7_064 };
const grey = (width: number, height: number): JpegFrame => ({ width, height, samplings: [full] });
const small = grey(64, 64);

const tinyPhotograph = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#804020' } })
    .jpeg()
    .toBuffer();

/** Every block is followed by a restart marker. */
function restarting(frame: JpegFrame): Buffer {
  const blocks = countBlocks(frame, 1);
  const data = Buffer.alloc(blocks * 3);
  for (let at = 0; at < blocks; at += 1) data.set([0x3f, 0xff, 0xd0 + (at % 8)], at * 3);
  return Buffer.concat([
    start,
    quantisation,
    huffmanTable(0x00, 0),
    huffmanTable(0x10, 0),
    jpegSegment(0xdd, Buffer.from([0, 1])),
    frameHeader(0xc0, frame),
    scanHeader({ components: [1], from: 0, to: 63, bits: 0 }),
    data.subarray(0, -2),
    end,
  ]);
}

/** A decoder of arithmetic codes reads zeros behind the end, so that no data is a whole picture. */
function arithmetic(frame: JpegFrame): Buffer {
  const scan = scanHeader({ components: [1], from: 0, to: 63, bits: 0 });
  return Buffer.concat([start, quantisation, frameHeader(0xc9, frame), scan, end]);
}

/** EXIF whose directory has 5,000 entries, each a directory that is the first one again. */
function looped(): Buffer {
  const entries = 5_000;
  const header = Buffer.from('Exif\0\0II*\0\x08\0\0\0', 'latin1');
  const directory = Buffer.alloc(2 + entries * 12 + 4);
  directory.writeUInt16LE(entries);
  for (let at = 2; at < 2 + entries * 12; at += 12) {
    directory.writeUInt16LE(0x8769, at);
    directory.writeUInt16LE(4, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(8, at + 8);
  }
  directory.writeUInt32LE(8, directory.length - 4);
  return jpegSegment(0xe1, Buffer.concat([header, directory]));
}

const profilePart = (at: number): Buffer =>
  jpegSegment(
    0xe2,
    Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([at, 255]), Buffer.alloc(65_519)]),
  );

/** The same segment many times, without an array of that length. */
const repeat = (segment: Buffer, times: number): Buffer =>
  Buffer.alloc(segment.length * times, segment);

const behindStart = (jpeg: Buffer, more: Buffer): Buffer => withSegments(jpeg, [more]);

const scansOf = (scans: number, frame: JpegFrame): Bomb => ({
  name: `a progressive JPEG of ${scans.toLocaleString('en-US')} scans`,
  attacks: 'each scan visits every block',
  make: () => progressiveJpeg(frame, scans),
  ends: drawnOrRefused,
});

export const jpegBombs: readonly Bomb[] = [
  scansOf(2_000, { ...large, samplings: [full, full, full] }),
  scansOf(99, grey(7_064, 7_064)),
  { ...scansOf(880, small), name: 'a small progressive JPEG of 880 scans', quick: true },
  {
    name: 'a progressive JPEG of 50 megapixels in 3 components',
    attacks: 'memory: all coefficients are kept until the last scan',
    make: () => progressiveJpeg({ ...large, samplings: [full, full, full] }, 10),
    ends: drawnOrRefused,
  },
  {
    name: 'a JPEG with a restart marker behind every block',
    attacks: 'the decoder starts again 780,000 times',
    make: () => restarting(grey(7_064, 7_064)),
    ends: drawnOrRefused,
  },
  {
    name: 'a JPEG that defines its Huffman tables 100,000 times',
    attacks: 'each definition is built',
    make: () => flatJpeg(small, [repeat(huffmanTable(0x10, 0), 100_000)]),
    ends: drawnOrRefused,
    quick: true,
  },
  {
    name: 'a JPEG that claims 65,500×65,500',
    attacks: 'memory for pixels that are not there',
    make: async () => claiming(await tinyPhotograph(), 65_500, 65_500),
    ends: ['source_too_large'],
    quick: true,
  },
  {
    name: 'a JPEG that claims 7,000×7,000',
    attacks: 'the missing pixels are grey, and drawn',
    make: async () => claiming(await tinyPhotograph(), 7_000, 7_000),
    ends: drawnOrRefused,
    quick: true,
  },
  {
    name: 'EXIF with 5,000 directories in a loop',
    attacks: 'a reader that follows directories',
    make: async () => behindStart(await tinyPhotograph(), looped()),
    ends: ['rendered'],
    quick: true,
  },
  {
    name: 'a JPEG with a profile of 16 MB',
    attacks: 'memory and the parser of profiles',
    make: async () =>
      withSegments(
        await tinyPhotograph(),
        Array.from({ length: 255 }, (_, at) => profilePart(at + 1)),
      ),
    ends: drawnOrRefused,
  },
  {
    name: 'a JPEG with 2 million EXIF segments',
    attacks: 'each segment is kept',
    make: async () => behindStart(await tinyPhotograph(), repeat(jpegSegment(0xe1, ''), 2_000_000)),
    ends: drawnOrRefused,
  },
  {
    name: 'a JPEG with 40 MB of fill bytes before a marker',
    attacks: 'the search for the next marker',
    make: async () => behindStart(await tinyPhotograph(), Buffer.alloc(40_000_000, 0xff)),
    ends: drawnOrRefused,
  },
  {
    name: 'a JPEG with 40 MB of comments',
    attacks: 'memory for text',
    make: async () =>
      behindStart(await tinyPhotograph(), repeat(jpegSegment(0xfe, Buffer.alloc(65_000)), 615)),
    ends: drawnOrRefused,
  },
  {
    name: 'an arithmetic-coded JPEG of 50 megapixels without data',
    attacks: 'a slow decoder that invents missing data',
    make: () => arithmetic(grey(7_064, 7_064)),
    ends: [...drawnOrRefused, 'source_unsupported'],
  },
  {
    name: 'a JPEG sampled 4×4 against 1×1, one scan each',
    attacks: 'memory of all components and a slow path of the decoder',
    make: () => flatJpeg({ ...large, samplings: [[4, 4], full, full] }),
    ends: drawnOrRefused,
  },
  {
    name: 'a CMYK JPEG of 50 megapixels',
    attacks: 'memory of four components and the conversion of their colours',
    make: () => flatJpeg({ ...large, samplings: [full, full, full, full] }),
    ends: drawnOrRefused,
  },
  {
    name: 'a lossless JPEG that claims 7,000×7,000',
    attacks: 'a decoder that few files use',
    make: () => Buffer.concat([start, frameHeader(0xc3, grey(7_000, 7_000)), end]),
    ends: ['source_unsupported', 'source_undecodable'],
    quick: true,
  },
];
