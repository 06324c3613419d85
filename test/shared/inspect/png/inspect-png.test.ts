import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../shared/limits.ts';
import { pngChunk } from '../../../render/encoders.ts';
import {
  chunkTypes,
  end,
  type Form,
  header,
  inspect,
  joinChunks,
  makePng,
  orientationTiff,
  packed,
  palette,
  pixelChunk,
  refusalOf,
  withWrongCrc,
} from './samples.ts';

const indexed = { bits: 2, type: 3 };
const transparent = (...bytes: readonly number[]) => pngChunk('tRNS', Buffer.from(bytes));

/** A form, and chunks before its pixels. */
const drawable: readonly (readonly [name: string, Form, readonly Buffer[]])[] = [
  ...[1, 2, 4, 8, 16].map(
    (bits) => [`grey of ${bits} bits`, { bits, type: 0 }, []] as [string, Form, Buffer[]],
  ),
  ['RGB', {}, []],
  ['RGB of 16 bits', { bits: 16 }, []],
  ['grey with alpha', { type: 4 }, []],
  ['grey with alpha of 16 bits', { type: 4, bits: 16 }, []],
  ['RGBA', { type: 6 }, []],
  ['RGBA of 16 bits', { type: 6, bits: 16 }, []],
  ['interlaced RGB', { interlaced: true, width: 9, height: 9 }, []],
  ['a palette', indexed, [palette]],
  ['a palette larger than its depth', { bits: 1, type: 3 }, [palette]],
  ['a palette with transparency', indexed, [palette, transparent(0, 128)]],
  ['a palette with too much transparency', indexed, [palette, transparent(0, 1, 2, 3, 4)]],
  ['a palette with empty transparency', indexed, [palette, transparent()]],
  ['a palette behind its transparency', indexed, [transparent(0, 128), palette]],
  ['grey with a transparent level', { type: 0 }, [transparent(0, 29)]],
  ['grey of 16 bits with a transparent level', { type: 0, bits: 16 }, [transparent(0, 29)]],
  ['grey with a transparent level of one byte', { type: 0 }, [transparent(29)]],
  ['RGB with a transparent colour', {}, [transparent(0, 0, 0, 29, 0, 58)]],
  ['RGB with a transparent colour of 16 bits', { bits: 16 }, [transparent(0, 29, 58, 87, 0, 1)]],
  ['RGBA with a transparent colour', { type: 6 }, [transparent(0, 0, 0, 29, 0, 58)]],
  ['RGB with a suggested palette', {}, [palette]],
  ['grey with a palette', { type: 0 }, [palette]],
];

const readPixels = async (png: Uint8Array) =>
  (await sharp(png, { failOn: 'warning' }).raw({ depth: 'ushort' }).toBuffer()).toString('hex');

describe('a PNG with', () => {
  it.each(drawable)('%s has the facts that the decoder sees', async (_, form, before) => {
    const { facts, bytes } = inspect(makePng(form, before));
    const seen = await sharp(bytes).metadata();
    expect(facts).toEqual({
      ...{ type: 'png', frames: 1, delays: [], loop: 0, orientation: 1, hdr: false },
      width: seen.width,
      height: seen.height,
      alpha: seen.hasAlpha,
      channels: seen.channels,
      depth: seen.depth === 'ushort' ? 16 : 8,
      profile: false,
    });
  });

  it.each(drawable)('%s has the same pixels afterwards', async (_, form, before) => {
    const png = makePng(form, before);
    expect(await readPixels(inspect(png).bytes)).toBe(await readPixels(png));
  });
});

describe('of a PNG', () => {
  const frame = pngChunk('fcTL', Buffer.alloc(26));
  const text = pngChunk('tEXt', Buffer.from('Author\0me'));
  const dropped = [
    ...[text, pngChunk('zTXt', Buffer.from('a\0\0')), pngChunk('iTXt', Buffer.from('a\0\0\0\0\0'))],
    ...[pngChunk('tIME', Buffer.alloc(7)), pngChunk('eXIf', orientationTiff(6))],
    ...[pngChunk('hIST', Buffer.alloc(8)), pngChunk('sPLT', Buffer.from('a\0'))],
    ...[pngChunk('pHYs', Buffer.alloc(9)), pngChunk('sBIT', Buffer.from([5, 5, 5]))],
    ...[pngChunk('bKGD', Buffer.alloc(6)), pngChunk('acTL', Buffer.alloc(8)), frame],
    ...[pngChunk('caBX'), pngChunk('prVt')],
  ];

  it('nothing but what draws is kept', () => {
    const more = [frame, pngChunk('fdAT', Buffer.alloc(9)), text];
    const png = Buffer.concat([makePng({}, dropped, more), Buffer.from('PK secret')]);
    expect(inspect(png).bytes).toEqual(new Uint8Array(makePng({})));
  });

  it('the chunks of colour become one profile', () => {
    const gamma = pngChunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0]));
    const coded = pngChunk('cICP', Buffer.from([12, 13, 0, 1]));
    const chromaticities = pngChunk('cHRM', Buffer.alloc(32));
    const rendering = pngChunk('sRGB', Buffer.from([0]));
    const { bytes } = inspect(makePng({}, [gamma, chromaticities, rendering, coded]));
    expect(chunkTypes(bytes)).toEqual(['IHDR', 'iCCP', 'IDAT', 'IEND']);
  });

  it('empty and divided pixel chunks stay as they are', async () => {
    const data = packed({});
    const parts = [data.subarray(0, 1), data.subarray(1, 1), data.subarray(1)];
    const png = joinChunks(header({}), ...parts.map((one) => pngChunk('IDAT', one)), end);
    expect(inspect(png).bytes).toEqual(new Uint8Array(png));
    expect(await readPixels(png)).toBe(await readPixels(makePng()));
  });

  it.each([
    ['IEND is written where it is missing', joinChunks(header({}), pixelChunk({}))],
    ['IEND is written where it is cut', makePng().subarray(0, -5)],
    [
      'a chunk cut behind the pixels is dropped',
      makePng({}, [], [dropped[0] ?? end]).subarray(0, -15),
    ],
    ['a wrong CRC of IEND is corrected', joinChunks(header({}), pixelChunk({}), withWrongCrc(end))],
    [
      'a damaged ancillary chunk is dropped',
      makePng({}, [withWrongCrc(transparent(0, 0, 0, 29, 0, 58))]),
    ],
    ['a repeated ancillary chunk is dropped', makePng({}, [], [transparent(0, 0, 0, 29, 0, 58)])],
  ])('%s', (_, png) => {
    expect(inspect(png).bytes).toEqual(new Uint8Array(makePng()));
  });
});

describe('the orientation of a PNG', () => {
  const exif = (value: number) => pngChunk('eXIf', orientationTiff(value));
  const cases: readonly (readonly [name: string, png: Buffer, orientation: number])[] = [
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(
      (value) => [`is ${value} in EXIF`, makePng({}, [exif(value)]), value] as const,
    ),
    ['is 1 without EXIF', makePng(), 1],
    ['is 1 if EXIF is behind the pixels', makePng({}, [], [exif(6)]), 1],
    ['is that of the first EXIF', makePng({}, [exif(3), exif(6)]), 3],
  ];

  it.each(cases)('%s, as libvips has it', async (_, png, orientation) => {
    const seen = (await sharp(png).metadata()).orientation ?? 1;
    expect([inspect(png).facts.orientation, seen]).toEqual([orientation, orientation]);
  });

  it('is 1 if EXIF is damaged, as in browsers', () => {
    expect(inspect(makePng({}, [withWrongCrc(exif(6))])).facts.orientation).toBe(1);
  });
});

describe('a PNG is refused', () => {
  const dimensions = (width: number, height: number) =>
    joinChunks(header({ width, height }), pixelChunk({}), end);
  const damaged: readonly (readonly [name: string, png: Buffer])[] = [
    [
      'its signature is damaged',
      Buffer.concat([Buffer.from('\x89PNG\n\x1a\n\n'), makePng().subarray(8)]),
    ],
    ['it ends behind its signature', makePng().subarray(0, 8)],
    ['it is cut in its pixels', makePng().subarray(0, -14)],
    ['a chunk precedes its header', joinChunks(pngChunk('tEXt'), header({}), pixelChunk({}), end)],
    ['its header is damaged', joinChunks(withWrongCrc(header({})), pixelChunk({}), end)],
    [
      'its header has 14 bytes',
      joinChunks(
        pngChunk('IHDR', Buffer.concat([header({}).subarray(8, 21), Buffer.alloc(1)])),
        pixelChunk({}),
        end,
      ),
    ],
    ['it has two headers', makePng({}, [header({})])],
    ['it has no pixels', joinChunks(header({}), end)],
    [
      'it has far more compressed data than pixels',
      makePng({}, [], [pngChunk('IDAT', Buffer.alloc(limits.compressedBytes + 100))]),
    ],
    [
      'its pixels are divided by another chunk',
      makePng({}, [], [pngChunk('tEXt'), pixelChunk({})]),
    ],
    ['it has an unknown critical chunk', makePng({}, [pngChunk('ABCD')])],
    ['it has an unknown critical chunk behind its pixels', makePng({}, [], [pngChunk('ABCD')])],
    ['a chunk type has a digit', makePng({}, [pngChunk('tEX1')])],
    ['its palette is missing', makePng(indexed)],
    ['its palette is behind its pixels', makePng(indexed, [], [palette])],
    ['it has two palettes', makePng(indexed, [palette, palette])],
    ['its palette is empty', makePng(indexed, [pngChunk('PLTE')])],
    ['its palette has half an entry', makePng(indexed, [pngChunk('PLTE', Buffer.alloc(4))])],
    [
      'its palette has 257 entries',
      makePng({ bits: 8, type: 3 }, [pngChunk('PLTE', Buffer.alloc(771))]),
    ],
    ['its palette is damaged', makePng(indexed, [withWrongCrc(palette)])],
    ['it is 0 wide', dimensions(0, 3)],
    ['it is 0 high', dimensions(4, 0)],
    ['it is 2^31 wide', dimensions(2 ** 31, 3)],
    // PngSuite's names: http://www.schaik.com/pngsuite/#corrupted
    ...[
      [0, 0],
      [0, 3],
      [0, 9],
      [1, 8],
      [2, 4],
      [3, 16],
      [4, 4],
      [5, 8],
      [6, 2],
      [9, 8],
    ].map(
      ([type = 0, bits = 0]) =>
        [
          `it has colour type ${type} with ${bits} bits`,
          joinChunks(header({ type, bits }), pixelChunk({}), end),
        ] as const,
    ),
    ...[10, 11, 12].map((at) => {
      const data = Buffer.from(header({}).subarray(8, 21));
      data[at] = 2;
      return [
        `byte ${at} of its header is 2`,
        joinChunks(pngChunk('IHDR', data), pixelChunk({}), end),
      ] as const;
    }),
  ];

  it.each(damaged)('as undecodable if %s', (_, png) => {
    expect(refusalOf(png)).toMatch(/^source_undecodable: /);
  });

  it('as unsupported if it has the form of Apple', () => {
    const marker = pngChunk('CgBI', Buffer.from([0x50, 0, 0x20, 2]));
    const first = joinChunks(marker, header({}), pixelChunk({}), end);
    for (const png of [first, makePng({}, [marker])])
      expect(refusalOf(png)).toMatch(/^source_unsupported: .*CgBI/);
  });

  it.each([
    ['PQ', 16],
    ['HLG', 18],
  ])('as unsupported if its transfer function is %s', (name, code) => {
    const png = makePng({}, [pngChunk('cICP', Buffer.from([9, code, 0, 1]))]);
    expect(refusalOf(png)).toMatch(new RegExp(`^source_unsupported: .*${name}`));
  });

  it.each([
    ['its width is longer than any JPEG', dimensions(limits.pngSide + 1, 1)],
    ['its height is longer than any JPEG', dimensions(1, limits.pngSide + 1)],
    [
      'it is interlaced and 10,000×5,000 of 16 bits',
      joinChunks(
        header({ width: 10_000, height: 5_000, bits: 16, interlaced: true }),
        pixelChunk({}),
        end,
      ),
    ],
    [
      'it has a million empty pixel chunks',
      Buffer.concat([
        joinChunks(header({})),
        ...Array<Buffer>(1_000_000).fill(pngChunk('IDAT')),
        end,
      ]),
    ],
  ])('as too large if %s', (_, png) => {
    expect(refusalOf(png)).toMatch(/^source_too_large: /);
  });

  it.each([
    ['its width is the longest of a JPEG', dimensions(limits.pngSide, 1)],
    [
      'it is interlaced and 10,000×5,000 of 8 bits',
      joinChunks(
        header({ width: 10_000, height: 5_000, type: 6, interlaced: true }),
        pixelChunk({}),
        end,
      ),
    ],
    [
      'it has one pixel chunk per row of the highest PNG',
      Buffer.concat([
        joinChunks(header({})),
        ...Array<Buffer>(limits.pngSide).fill(pngChunk('IDAT')),
        end,
      ]),
    ],
  ])('not if %s', (_, png) => {
    expect(refusalOf(png)).toBe('drawn');
  });
});
