import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import {
  findMarkerCode,
  findScanEnd,
  isAlone,
  isFrameStart,
  isSkippable,
  markers,
} from './markers.ts';

/** A marker segment. */
export type Segment = {
  readonly code: number;
  /** What follows the length. */
  readonly body: Uint8Array;
  /** The entropy-coded data behind a scan header; empty otherwise. */
  readonly data: Uint8Array;
};

/** The segments of one image. */
export type SegmentList = {
  readonly segments: readonly Segment[];
  /** The offset behind EOI. */
  readonly end: number;
};

/** No bytes. */
export const nothing = new Uint8Array(0);

/** Makes the refusal of a damaged JPEG. `reason` completes the sentence "the JPEG …". */
export const damaged = (reason: string): Error =>
  sourceRefusal('source_undecodable', `the JPEG ${reason}`);

const isTable = (code: number): boolean =>
  code === markers.dht || code === markers.dac || code === markers.dqt || code === markers.dri;

const isKnown = (code: number): boolean =>
  isFrameStart(code) || isTable(code) || isSkippable(code) || code === markers.sos;

/** Refuses a marker that libjpeg refuses. DHP, EXP and JPG belong to modes that few decoders have. */
function checkMarker(code: number): void {
  if (code === 0xde || code === 0xdf)
    throw sourceRefusal('source_unsupported', 'the JPEG is hierarchical');
  if (code === 0xc8)
    throw sourceRefusal('source_unsupported', 'the JPEG uses an extension of the standard');
  if (code === markers.soi) throw damaged('starts a second image inside the first');
  if (!isKnown(code)) throw damaged(`has the reserved marker 0x${code.toString(16)}`);
}

/** Where a segment's body ends. libjpeg reads a length below 2 in a skippable segment as 2. */
function findBodyEnd(bytes: Uint8Array, at: number, code: number): number {
  const length = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  if (length < 2 && !isSkippable(code)) throw damaged('has a segment without a length');
  const end = at + Math.max(length, 2);
  if (end > bytes.length) throw damaged('ends inside a segment');
  return end;
}

/** Reads the segment whose marker code is at `at`. Returns the offset behind it, too. */
function readSegment(bytes: Uint8Array, at: number, code: number) {
  const bodyEnd = findBodyEnd(bytes, at + 1, code);
  const body = bytes.subarray(at + 3, bodyEnd);
  if (code !== markers.sos) return { segment: { code, body, data: nothing }, end: bodyEnd };
  const end = findScanEnd(bytes, bodyEnd);
  if (end < 0) throw damaged('ends inside a scan');
  return { segment: { code, body, data: bytes.subarray(bodyEnd, end) }, end };
}

/**
 * Reads all segments from SOI to the first EOI. Each byte is looked at once, and the number of
 * segments is bounded. A file without EOI is truncated.
 */
export function readSegments(bytes: Uint8Array): SegmentList {
  if (bytes[0] !== 0xff || bytes[1] !== markers.soi) throw damaged('does not start with SOI');
  const segments: Segment[] = [];
  let at = 2;
  for (;;) {
    const codeAt = findMarkerCode(bytes, at);
    const code = bytes[codeAt];
    if (code === undefined) throw damaged('has no end');
    if (code === markers.eoi) return { segments, end: codeAt + 1 };
    at = codeAt + 1;
    if (isAlone(code) && code !== markers.soi) continue;
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
export function writeSegment(code: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  const segment = new Uint8Array(2 + length);
  segment.set([0xff, code, length >> 8, length & 0xff]);
  segment.set(body, 4);
  return segment;
}
