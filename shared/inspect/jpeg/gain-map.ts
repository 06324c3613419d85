import { limits } from '../../limits.ts';
import { isNamedSegment } from './application.ts';
import { findMarkerCode, isApplication, jpegMarkers } from './markers.ts';
import { type JpegSegment, type JpegSegments, noBytes } from './segments.ts';

/** Names in XMP: Ultra HDR (https://developer.android.com/media/platform/hdr-image-format) and Apple. */
const namespaces = [
  'http://ns.adobe.com/hdr-gain-map/',
  'http://ns.apple.com/HDRGainMap/',
  'urn:com:apple:photo:2020:aux:hdrgainmap',
] as const;

/** XMP and extended XMP: XMP specification, part 3, section 1.1.3. */
const xmpName = 'http://ns.adobe.com/x';
/** ISO 21496-1, annex C. */
const isoName = 'urn:iso:std:iso:ts:21496:-1\0';

/** Bytes are read as one character each, so that no text is invalid. */
const decoder = new TextDecoder('latin1');

/** Whether a segment describes a gain map. A segment has at most 65,533 bytes. */
function isGainMap(segment: JpegSegment): boolean {
  if (isNamedSegment(segment, jpegMarkers.app2, isoName)) return true;
  if (!isNamedSegment(segment, jpegMarkers.app1, xmpName)) return false;
  const text = decoder.decode(segment.body);
  return namespaces.some((namespace) => text.includes(namespace));
}

/** The offset of the next SOI marker's code; -1 if there is none. */
function findImage(bytes: Uint8Array, from: number): number {
  let at = findMarkerCode(bytes, from);
  while (at >= 0 && bytes[at] !== jpegMarkers.soi) at = findMarkerCode(bytes, at);
  return at;
}

/** Reads the application segments of the images of which the first begins here, as far as they can be found. */
function readSegmentsFrom(bytes: Uint8Array, image: number): readonly JpegSegment[] {
  const found: JpegSegment[] = [];
  let at = image;
  while (at >= 0 && found.length < limits.jpegSegments) {
    at = findMarkerCode(bytes, at);
    const code = bytes[at] ?? 0;
    if (!isApplication(code)) continue;
    const length = (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0);
    const body = bytes.subarray(at + 3, at + 1 + length);
    found.push({ code, body, data: noBytes });
    at += 1 + length;
  }
  return found;
}

/**
 * Whether a file has a gain map for high dynamic range. It is an image behind the first, and one of the two
 * says so. What the first image says does not count alone: it stays when a program removes the gain map.
 */
export function hasJpegGainMap(bytes: Uint8Array, { segments, end }: JpegSegments): boolean {
  const image = findImage(bytes, end);
  return image >= 0 && (segments.some(isGainMap) || readSegmentsFrom(bytes, image).some(isGainMap));
}
