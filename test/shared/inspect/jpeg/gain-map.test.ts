import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { greyParts, jpegOf, markerSegment } from './jpeg-writer.ts';

const xmp = (text: string): Buffer =>
  markerSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta ${text}/>`);

const ultraHdr = xmp('xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"');
const apple = xmp('xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"');
const appleType = xmp('apdi:AuxiliaryImageType="urn:com:apple:photo:2020:aux:hdrgainmap"');
const depth = xmp('apdi:AuxiliaryImageType="urn:com:apple:photo:2018:aux:portraiteffectsmatte"');
const iso = markerSegment(0xe2, 'urn:iso:std:iso:ts:21496:-1\0\0\0\0\0');
const plain = jpegOf(...greyParts);
const behind = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([plain, ...parts.slice(0, -1), parts.at(-1) ?? plain]);

describe('a gain map', () => {
  it.each([
    ['Ultra HDR', behind(jpegOf(ultraHdr, ...greyParts))],
    ['ISO 21496-1', behind(jpegOf(iso, ...greyParts))],
    ['Apple', behind(jpegOf(apple, ...greyParts))],
    ['Apple, by the type of the image', behind(jpegOf(appleType, ...greyParts))],
    ['behind padding', behind(Buffer.alloc(300), jpegOf(iso, ...greyParts))],
    ['in the third image', behind(plain, jpegOf(apple, ...greyParts))],
  ])('is seen and dropped: %s', (_what, file) => {
    const { facts, bytes } = inspectJpeg(file);
    expect(facts.hdr).toBe(true);
    expect(bytes).toEqual(new Uint8Array(plain));
  });

  it('is seen if only the first image says so', () => {
    const file = Buffer.concat([jpegOf(ultraHdr, ...greyParts), plain]);
    expect(inspectJpeg(file).facts.hdr).toBe(true);
  });

  it.each([
    ['a second image alone', behind(plain)],
    ['a first image whose gain map was removed', jpegOf(ultraHdr, iso, ...greyParts)],
    [
      'another XMP',
      behind(jpegOf(xmp('xmlns:dc="http://purl.org/dc/elements/1.1/"'), ...greyParts)),
    ],
    ['a depth map', behind(jpegOf(depth, ...greyParts))],
    ['an index of images', behind(jpegOf(markerSegment(0xe2, 'MPF\0II*\0'), ...greyParts))],
    ['a comment about one', behind(jpegOf(markerSegment(0xfe, 'hdr-gain-map'), ...greyParts))],
    [
      'XMP of another segment',
      behind(jpegOf(markerSegment(0xe2, ultraHdr.subarray(4)), ...greyParts)),
    ],
    ['text behind the end', behind(Buffer.from('http://ns.adobe.com/hdr-gain-map/'))],
    ['a second image that is cut off', behind(jpegOf(iso, ...greyParts).subarray(0, 9))],
  ])('is not there: %s', (_what, file) => {
    expect(inspectJpeg(file).facts.hdr).toBe(false);
  });
});
