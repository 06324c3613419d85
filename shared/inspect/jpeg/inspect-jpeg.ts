import type { Inspected } from '../inspection.ts';
import { writeColourSegments } from './application.ts';
import { readOrientation } from './exif.ts';
import { type Frame, readFrameHeader } from './frame-header.ts';
import { hasGainMap } from './gain-map.ts';
import { writeProfile } from './icc-profile.ts';
import { isFrameStart, isSkippable, markers } from './markers.ts';
import { checkScans, readScan, type Scan } from './scan-header.ts';
import { damaged, readSegments, type Segment } from './segments.ts';
import { writeTables } from './tables.ts';

const startOfImage = Uint8Array.of(0xff, markers.soi);
const endOfImage = Uint8Array.of(0xff, markers.eoi);

const isScan = ({ code }: Segment): boolean => code === markers.sos;

/** Reads the only frame. It has to be there before the first scan. */
function readFrame(segments: readonly Segment[]): Frame {
  const frames = segments.filter(({ code }) => isFrameStart(code));
  const [frame] = frames;
  const scan = segments.find(isScan);
  if (frame === undefined || scan === undefined) throw damaged('has no frame or no scan');
  if (frames.length > 1) throw damaged('has a second frame');
  if (segments.indexOf(frame) > segments.indexOf(scan))
    throw damaged('has a scan before its frame');
  return readFrameHeader(frame);
}

type Drawn = { readonly parts: readonly Uint8Array[]; readonly scan?: Scan };

/** What a segment contributes to the picture. Application segments are written apart. */
function writeDrawn(frame: Frame, segment: Segment): Drawn {
  if (isSkippable(segment.code)) return { parts: [] };
  if (isFrameStart(segment.code)) return { parts: [frame.segment] };
  if (!isScan(segment)) return { parts: [writeTables(segment)] };
  const scan = readScan(frame, segment);
  return { parts: scan.parts, scan };
}

/**
 * The segments that libjpeg decodes. A sequential frame ends with its first scan if this has all
 * components: libjpeg draws no further scan.
 */
function selectDecoded(frame: Frame, segments: readonly Segment[]): readonly Segment[] {
  const first = segments.findIndex(isScan);
  const whole = segments[first]?.body[0] === frame.components.length;
  return whole && !frame.progressive ? segments.slice(0, first + 1) : segments;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Reads the container of a JPEG in one walk and writes it again with only what draws: no EXIF, XMP,
 * IPTC, comment, thumbnail or second image. Header segments are written without trailing bytes.
 * Throws `source_…` refusals for what no decoder should see.
 */
export function inspectJpeg(bytes: Uint8Array): Inspected {
  const list = readSegments(bytes);
  const frame = readFrame(list.segments);
  const channels = frame.components.length;
  const drawn = selectDecoded(frame, list.segments).map((segment) => writeDrawn(frame, segment));
  checkScans(drawn.flatMap(({ scan = [] }) => scan));
  // libjpeg and browsers read application segments in front of the first scan only.
  const header = list.segments.slice(0, list.segments.findIndex(isScan));
  const profile = writeProfile(header, channels);
  const written = concatenate([
    startOfImage,
    ...writeColourSegments(header, channels),
    ...profile,
    ...drawn.flatMap(({ parts }) => parts),
    endOfImage,
  ]);
  const { width, height } = frame;
  const orientation = readOrientation(header);
  const facts = { type: 'jpg', width, height, frames: 1, alpha: false, orientation } as const;
  const still = { delays: [], loop: 0, depth: 8, channels } as const;
  const seen = { profile: profile.length > 0, hdr: hasGainMap(bytes, list) };
  return { facts: { ...facts, ...still, ...seen }, bytes: written };
}
