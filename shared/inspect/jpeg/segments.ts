import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import {
  findMarkerCode,
  findScanEnd,
  isAlone,
  isFrameStart,
  isSkippable,
  jpegMarkers,
} from './markers.ts';

/** A marker segment. */
export type JpegSegment = {
  readonly code: number;
  /** What follows the length. */
  readonly body: Uint8Array;
  /** The entropy-coded data behind a scan header; empty otherwise. */
  readonly data: Uint8Array;
};

/** The segments of one image. */
export type JpegSegments = {
  readonly segments: readonly JpegSegment[];
  /** The offset behind EOI. */
  readonly end: number;
};

/** No bytes. */
export const noBytes = new Uint8Array(0);

/** Makes the refusal of a damaged JPEG. `reason` completes the sentence "the JPEG …". */
export const damagedJpeg = (reason: string): Error =>
  sourceRefusal('source_undecodable', `the JPEG ${reason}`);

const isTable = (code: number): boolean =>
  code === jpegMarkers.dht ||
  code === jpegMarkers.dac ||
  code === jpegMarkers.dqt ||
  code === jpegMarkers.dri;

const isKnown = (code: number): boolean =>
  isFrameStart(code) || isTable(code) || isSkippable(code) || code === jpegMarkers.sos;

/** Refuses a marker that libjpeg refuses. DHP, EXP and JPG belong to modes that few decoders have. */
function checkMarker(code: number): void {
  if (code === 0xde || code === 0xdf)
    throw sourceRefusal('source_unsupported', 'the JPEG is hierarchical');
  if (code === 0xc8)
    throw sourceRefusal('source_unsupported', 'the JPEG uses an extension of the standard');
  if (code === jpegMarkers.soi) throw damagedJpeg('starts a second image inside the first');
  if (!isKnown(code)) throw damagedJpeg(`has the reserved marker 0x${code.toString(16)}`);
}

/** Where a segment's body ends. libjpeg reads a length below 2 in a skippable segment as 2. */
function findBodyEnd(bytes: Uint8Array, at: number, code: number): number {
  const length = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  if (length < 2 && !isSkippable(code)) throw damagedJpeg('has a segment without a length');
  const end = at + Math.max(length, 2);
  if (end > bytes.length) throw damagedJpeg('ends inside a segment');
  return end;
}

/** Reads the segment whose marker code is at `at`. Returns the offset behind it, too. */
function readSegment(bytes: Uint8Array, at: number, code: number) {
  const bodyEnd = findBodyEnd(bytes, at + 1, code);
  const body = bytes.subarray(at + 3, bodyEnd);
  if (code !== jpegMarkers.sos) return { segment: { code, body, data: noBytes }, end: bodyEnd };
  const end = findScanEnd(bytes, bodyEnd);
  if (end < 0) throw damagedJpeg('ends inside a scan');
  return { segment: { code, body, data: bytes.subarray(bodyEnd, end) }, end };
}

/**
 * Reads all segments from SOI to the first EOI. Each byte is looked at once, and the number of
 * segments is bounded. A file without EOI is truncated.
 */
export function readJpegSegments(bytes: Uint8Array): JpegSegments {
  if (bytes[0] !== 0xff || bytes[1] !== jpegMarkers.soi)
    throw damagedJpeg('does not start with SOI');
  const segments: JpegSegment[] = [];
  let at = 2;
  for (;;) {
    const codeAt = findMarkerCode(bytes, at);
    const code = bytes[codeAt];
    if (code === undefined) throw damagedJpeg('has no end');
    if (code === jpegMarkers.eoi) return { segments, end: codeAt + 1 };
    at = codeAt + 1;
    if (isAlone(code) && code !== jpegMarkers.soi) continue;
    checkMarker(code);
    const { segment, end } = readSegment(bytes, codeAt, code);
    if (segments.push(segment) > limits.jpegSegments)
      throw sourceRefusal(
        'source_too_large',
        `the JPEG has more than ${limits.jpegSegments} segments`,
      );
    at = end;
  }
}

/** The bytes of a segment without entropy-coded data. */
export function writeJpegSegment(code: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  const segment = new Uint8Array(2 + length);
  segment.set([0xff, code, length >> 8, length & 0xff]);
  segment.set(body, 4);
  return segment;
}
