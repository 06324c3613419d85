import { readGreyLevels } from '../icc/grey-levels.ts';
import type { Inspected } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { writeJpegColour } from './application.ts';
import { type JpegFrame, readJpegFrame } from './frame-header.ts';
import { hasJpegGainMap } from './gain-map.ts';
import { readJpegProfile, writeJpegProfile } from './icc-profile.ts';
import { isFrameStart, isSkippable, jpegMarkers } from './markers.ts';
import { readJpegOrientation } from './orientation.ts';
import { checkJpegScans, type JpegScan, readJpegScan } from './scan-header.ts';
import { damagedJpeg, type JpegSegment, readJpegSegments } from './segments.ts';
import { writeJpegTables } from './tables.ts';

const startOfImage = Uint8Array.of(0xff, jpegMarkers.soi);
const endOfImage = Uint8Array.of(0xff, jpegMarkers.eoi);

const isScan = ({ code }: JpegSegment): boolean => code === jpegMarkers.sos;

/** Reads the only frame. It has to be there before the first scan. */
function readFrame(segments: readonly JpegSegment[]): JpegFrame {
  const frames = segments.filter(({ code }) => isFrameStart(code));
  const [frame] = frames;
  const scan = segments.find(isScan);
  if (frame === undefined || scan === undefined) throw damagedJpeg('has no frame or no scan');
  if (frames.length > 1) throw damagedJpeg('has a second frame');
  if (segments.indexOf(frame) > segments.indexOf(scan))
    throw damagedJpeg('has a scan before its frame');
  return readJpegFrame(frame);
}

type Drawn = { readonly parts: readonly Uint8Array[]; readonly scan?: JpegScan };

/** What a segment contributes to the picture. Application segments are written apart. */
function writeDrawn(frame: JpegFrame, segment: JpegSegment): Drawn {
  if (isSkippable(segment.code)) return { parts: [] };
  if (isFrameStart(segment.code)) return { parts: [frame.segment] };
  if (!isScan(segment)) return { parts: [writeJpegTables(segment)] };
  const scan = readJpegScan(frame, segment);
  return { parts: scan.parts, scan };
}

/**
 * The segments that libjpeg decodes. A sequential frame ends with its first scan if this has all
 * components: libjpeg draws no further scan.
 */
function selectDecoded(frame: JpegFrame, segments: readonly JpegSegment[]): readonly JpegSegment[] {
  const first = segments.findIndex(isScan);
  const whole = segments[first]?.body[0] === frame.components.length;
  return whole && !frame.progressive ? segments.slice(0, first + 1) : segments;
}

/**
 * Reads the container of a JPEG in one walk and writes it again with only what draws: no XMP, IPTC,
 * comment, thumbnail, second image or EXIF; the orientation is a fact. Header segments are written without trailing
 * bytes.
 * Throws `source_…` refusals for what no decoder should see.
 */
export function inspectJpeg(bytes: Uint8Array): Inspected {
  const list = readJpegSegments(bytes);
  const frame = readFrame(list.segments);
  const channels = frame.components.length;
  const drawn = selectDecoded(frame, list.segments).map((segment) => writeDrawn(frame, segment));
  checkJpegScans(drawn.flatMap(({ scan = [] }) => scan));
  // libjpeg and browsers read application segments in front of the first scan only.
  const header = list.segments.slice(0, list.segments.findIndex(isScan));
  const selected = readJpegProfile(header, channels);
  const levels = channels === 1 && selected ? readGreyLevels(selected, 8) : undefined;
  // Browsers take a profile for grey by its curve, or not at all.
  const profile = channels === 1 && levels === undefined ? undefined : selected;
  const orientation = readJpegOrientation(header);
  const written = joinBytes([
    startOfImage,
    ...writeJpegColour(header, channels),
    ...(profile ? writeJpegProfile(profile) : []),
    ...drawn.flatMap(({ parts }) => parts),
    endOfImage,
  ]);
  const { width, height } = frame;
  const facts = { type: 'jpg', width, height, frames: 1, alpha: false, orientation } as const;
  const still = { delays: [], loop: 0, depth: 8, channels } as const;
  const seen = { profile: profile !== undefined, hdr: hasJpegGainMap(bytes, list) };
  const colours = {
    ...(levels && { levels }),
    ...(channels === 4 && profile === undefined ? { plainInks: true as const } : {}),
  };
  return { facts: { ...facts, ...still, ...seen, ...colours }, bytes: written };
}
