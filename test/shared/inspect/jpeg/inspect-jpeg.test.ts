import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import {
  endMarker,
  exifSegment,
  type FrameShape,
  frameHeader,
  greyParts,
  huffmanTables,
  jpegOf,
  markerSegment,
  quantisation,
  scanOf,
  startMarker,
} from './jpeg-writer.ts';

const grey = jpegOf(...greyParts);

/** Decodes a file; a warning of libjpeg is an error. */
const decode = (bytes: Uint8Array): Promise<Buffer> =>
  sharp(bytes, { failOn: 'warning' }).raw().toBuffer();

/** A frame with all segments that it needs around it. */
const withFrame = (shape: FrameShape): Buffer => {
  const components = (shape.factors ?? [0x11]).map((_, index) => index + 1);
  return jpegOf(quantisation, frameHeader(shape), huffmanTables, scanOf({ components }));
};

describe('the facts of a JPEG', () => {
  it.each<[string, FrameShape, number]>([
    ['grey', { width: 300, height: 7 }, 1],
    ['colour', { width: 17, height: 4_000, factors: [0x22, 0x11, 0x11] }, 3],
    ['CMYK', { width: 65_500, height: 1, factors: [0x11, 0x11, 0x11, 0x11] }, 4],
    ['extended', { code: 0xc1 }, 1],
    ['progressive', { code: 0xc2 }, 1],
    ['arithmetic', { code: 0xc9 }, 1],
    ['progressive and arithmetic', { code: 0xca }, 1],
  ])('are those of its frame header: %s', (_what, shape, channels) => {
    const { width = 8, height = 8 } = shape;
    expect(inspectJpeg(withFrame(shape)).facts).toEqual({
      ...{ type: 'jpg', width, height, channels, frames: 1, alpha: false, orientation: 1 },
      ...{ delays: [], loop: 0, depth: 8, profile: false, hdr: false },
      ...(channels === 4 ? { plainInks: true } : {}),
    });
  });
});

const comment = (text: string): Buffer => markerSegment(0xfe, text);
const jfif = 'JFIF\0\x01\x02\x01\0H\0H';

describe('what does not draw', () => {
  it.each<[string, Buffer]>([
    ['EXIF without an orientation', exifSegment(true, 3, 6, 0x0113)],
    ['EXIF of an upright picture', exifSegment(true, 3, 1)],
    ['XMP', markerSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>')],
    ['IPTC', markerSegment(0xed, 'Photoshop 3.0\0')],
    ['a comment', comment('a comment')],
    ['an index of images', markerSegment(0xe2, 'MPF\0MM\0*')],
    ['an empty segment', markerSegment(0xef, '')],
    ['a segment whose length is 0', markerSegment(0xe5, '', 0)],
    ['a segment whose length is 1', markerSegment(0xe5, '', 1)],
    ['a short Adobe segment', markerSegment(0xee, 'Adobe\0')],
    ['a short JFIF segment', markerSegment(0xe0, 'JFIF\0\x01')],
    ['a JFIF extension', markerSegment(0xe0, 'JFXX\0\x10')],
    ['bytes between segments', Buffer.from('junk\xff\0junk', 'latin1')],
    ['fill bytes', Buffer.alloc(9, 0xff)],
    ['markers that stand alone', Buffer.from([0xff, 0x01, 0xff, 0xd0, 0xff, 0xd7])],
    ['a number of lines', markerSegment(0xdc, '\0\x08')],
  ])('is dropped: %s', (_what, extra) => {
    for (const at of [0, 1, 2, 3])
      expect(inspectJpeg(jpegOf(...greyParts.toSpliced(at, 0, extra))).bytes).toEqual(
        new Uint8Array(grey),
      );
  });

  it.each<[string, Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['a second image', grey],
    ['text', Buffer.from('<?php')],
    ['another end', endMarker],
  ])('is dropped behind the end: %s', (_what, tail) => {
    expect(inspectJpeg(Buffer.concat([grey, tail])).bytes).toEqual(new Uint8Array(grey));
  });

  it('is all of EXIF, and its orientation is a fact', () => {
    const { bytes, facts } = inspectJpeg(jpegOf(exifSegment(true, 3, 6), ...greyParts));
    expect(bytes).toEqual(new Uint8Array(grey));
    expect(facts.orientation).toBe(6);
  });

  it('is the thumbnail and the density of a JFIF segment', () => {
    const thumbnail = markerSegment(0xe0, `${jfif}\x02\x01RGBRGB`);
    // JFIF 1.01, no density, no thumbnail.
    const plain = markerSegment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0');
    expect(inspectJpeg(jpegOf(thumbnail, ...greyParts)).bytes).toEqual(
      new Uint8Array(jpegOf(plain, ...greyParts)),
    );
  });

  it('is a second scan of a sequential frame, which libjpeg does not draw', () => {
    const twice = jpegOf(...greyParts, comment('c'), scanOf());
    expect(inspectJpeg(twice).bytes).toEqual(new Uint8Array(grey));
  });
});

describe('a header segment that is too long', () => {
  const padded = (segment: Buffer): Buffer => {
    const body = Buffer.concat([segment.subarray(4), Buffer.alloc(9)]);
    return markerSegment(segment[1] ?? 0, body);
  };
  const tables = (number: number): Buffer => huffmanTables.subarray(number * 23, (number + 1) * 23);
  it.each<[string, readonly Buffer[], readonly Buffer[]]>([
    ['DQT', greyParts, greyParts.with(0, padded(quantisation))],
    ['DHT', greyParts, greyParts.with(2, Buffer.concat([padded(tables(0)), padded(tables(1))]))],
    ['SOF', greyParts, greyParts.with(1, frameHeader({ padding: 9 }))],
    ['SOS', greyParts, greyParts.with(3, scanOf({ padding: 9 }))],
    [
      'DRI',
      greyParts.toSpliced(0, 0, markerSegment(0xdd, '\0\0')),
      greyParts.toSpliced(0, 0, padded(markerSegment(0xdd, '\0\0'))),
    ],
    ['SOS with progressive parameters', greyParts, greyParts.with(3, scanOf({ band: [0, 0] }))],
  ])('is written without what follows: %s', async (_what, sound, faulty) => {
    const { bytes } = inspectJpeg(jpegOf(...faulty));
    expect(bytes).toEqual(new Uint8Array(jpegOf(...sound)));
    // A block without coefficients is middle grey: T.81, section A.3.1.
    expect(await decode(bytes)).toEqual(Buffer.alloc(8 * 8 * 3, 128));
  });
});

describe('the colour of the components', () => {
  const factors = [0x11, 0x11, 0x11, 0x11];
  const adobe = (transform: number, channels: number): Buffer =>
    Buffer.concat([
      markerSegment(0xee, `Adobe\0\x65\x80\0\0\0${String.fromCharCode(transform)}more`),
      quantisation,
      frameHeader({ factors: factors.slice(0, channels) }),
    ]);
  // The last byte of an Adobe segment: 0 as it is, 1 YCbCr, 2 YCCK.
  it.each([
    [0, 3, 0],
    [1, 3, 1],
    [2, 3, 1],
    [0, 4, 0],
    [2, 4, 2],
    [1, 4, 2],
    [9, 1, 0],
  ])('keeps the Adobe transform %i of %i components as %i', (transform, channels, kept) => {
    const components = [1, 2, 3, 4].slice(0, channels);
    const file = jpegOf(adobe(transform, channels), huffmanTables, scanOf({ components }));
    const { bytes } = inspectJpeg(file);
    expect(Buffer.from(bytes).subarray(2, 18)).toEqual(
      markerSegment(0xee, `Adobe\0\x64\0\0\0\0${String.fromCharCode(kept)}`),
    );
  });
});

describe('a JPEG that no decoder should see', () => {
  const cut = (at: number): Buffer => grey.subarray(0, at);
  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'source_undecodable'],
    ['text', Buffer.from('\xff\xd8\xffhello', 'latin1'), 'source_undecodable'],
    ['no frame', jpegOf(quantisation, scanOf()), 'source_undecodable'],
    ['no scan', jpegOf(quantisation, frameHeader()), 'source_undecodable'],
    ['a scan before the frame', jpegOf(scanOf(), frameHeader()), 'source_undecodable'],
    ['a second frame', jpegOf(frameHeader(), ...greyParts), 'source_undecodable'],
    ['a second frame behind', jpegOf(...greyParts, frameHeader()), 'source_undecodable'],
    ['a second start', jpegOf(startMarker, ...greyParts), 'source_undecodable'],
    ['a reserved marker', jpegOf(markerSegment(0x02, ''), ...greyParts), 'source_undecodable'],
    ['no width', withFrame({ width: 0 }), 'source_undecodable'],
    ['no height', withFrame({ height: 0 }), 'source_undecodable'],
    ['2 components', withFrame({ factors: [0x11, 0x11] }), 'source_undecodable'],
    ['no components', withFrame({ factors: [] }), 'source_undecodable'],
    ['a factor of 0', withFrame({ factors: [0x01] }), 'source_undecodable'],
    ['a factor of 5', withFrame({ factors: [0x15] }), 'source_undecodable'],
    ['16 bits', withFrame({ bits: 16 }), 'source_undecodable'],
    ['12 bits', withFrame({ bits: 12 }), 'source_unsupported'],
    ['lossless', withFrame({ code: 0xc3 }), 'source_unsupported'],
    ['lossless, arithmetic', withFrame({ code: 0xcb }), 'source_unsupported'],
    ['hierarchical', withFrame({ code: 0xc5 }), 'source_unsupported'],
    ['a hierarchy', jpegOf(markerSegment(0xde, ''), ...greyParts), 'source_unsupported'],
    [
      'a foreign component',
      jpegOf(frameHeader(), scanOf({ components: [7] })),
      'source_undecodable',
    ],
    [
      'no component in a scan',
      jpegOf(frameHeader(), scanOf({ components: [] })),
      'source_undecodable',
    ],
    [
      'a table cut short',
      jpegOf(markerSegment(0xdb, '\0\x01'), ...greyParts),
      'source_undecodable',
    ],
    [
      'a table without length',
      jpegOf(markerSegment(0xdb, '', 0), ...greyParts),
      'source_undecodable',
    ],
    [
      'an interval cut short',
      jpegOf(markerSegment(0xdd, '\0'), ...greyParts),
      'source_undecodable',
    ],
    ['a segment over the end', cut(40), 'source_undecodable'],
    ['a scan without end', cut(grey.length - 2), 'source_undecodable'],
    ['half of its end', cut(grey.length - 1), 'source_undecodable'],
    ['segments without end', jpegOf(...Array<Buffer>(4_097).fill(comment(''))), 'source_too_large'],
  ])('is refused: %s', (_what, bytes, code) => {
    expect(() => inspectJpeg(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused by what it is, so that an uploader can convert it', () => {
    expect(() => inspectJpeg(withFrame({ code: 0xc3 }))).toThrow('the JPEG is lossless (SOF3)');
    expect(() => inspectJpeg(withFrame({ code: 0xcf }))).toThrow('hierarchical (SOF15)');
  });
});
