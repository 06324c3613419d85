import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { exifSegment, greyParts, jpegOf, markerSegment } from './jpeg-writer.ts';

const six = exifSegment(false, 3, 6);
const eight = exifSegment(true, 3, 8);
/** Behind the marker, the length and `Exif` with its 0 stands a byte of padding. */
const padded = Buffer.from(six);
padded[9] = 0x20;
const xmp = markerSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>');

describe('the orientation of a JPEG', () => {
  it.each([
    ['none', [...greyParts], 1],
    ['EXIF', [six, ...greyParts], 6],
    ['EXIF whose padding is no 0', [padded, ...greyParts], 6],
    ['XMP and EXIF', [xmp, six, ...greyParts], 6],
    ['two EXIF segments', [eight, six, ...greyParts], 8],
    ['EXIF between tables', greyParts.toSpliced(2, 0, six), 6],
    ['EXIF behind the scan, which no decoder reads', [...greyParts, six], 1],
  ])('comes from the first EXIF segment: %s', (_what, parts, orientation) => {
    expect(inspectJpeg(jpegOf(...parts)).facts.orientation).toBe(orientation);
  });
});
