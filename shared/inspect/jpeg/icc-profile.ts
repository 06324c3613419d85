import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import { keepDrawingTags } from '../icc/drawing-tags.ts';
import { isProfileOf } from '../icc/profile-header.ts';
import { joinBytes } from '../join-bytes.ts';
import { asciiBytes, isNamedSegment } from './application.ts';
import { jpegMarkers } from './markers.ts';
import { type JpegSegment, writeJpegSegment } from './segments.ts';

/*
 * A profile is split over APP2 segments: a name, the number of the part, the number of parts, data
 * (ICC.1:2022, annex B.4: https://www.color.org/specification/ICC.1-2022-05.pdf).
 */
const name = 'ICC_PROFILE\0';
const dataAt = name.length + 2;

type Part = { readonly number: number; readonly of: number; readonly segment: JpegSegment };

function readParts(header: readonly JpegSegment[]): readonly Part[] {
  return header
    .filter(
      (segment) => isNamedSegment(segment, jpegMarkers.app2, name) && segment.body.length >= dataAt,
    )
    .map((segment) => {
      const [number = 0, of = 0] = segment.body.subarray(name.length);
      return { number, of, segment };
    })
    .toSorted((one, other) => one.number - other.number);
}

/** Whether each part from 1 to the number of parts is there once. */
const isComplete = (parts: readonly Part[]): boolean =>
  parts.every(({ number, of }, index) => number === index + 1 && of === parts.length);

/** The colour space that a profile must have to apply to a number of channels. */
const spaces: Readonly<Record<number, string>> = { 1: 'GRAY', 3: 'RGB ', 4: 'CMYK' };

function isUsable(parts: readonly Part[], channels: number): boolean {
  const start = parts[0]?.segment.body.subarray(dataAt) ?? new Uint8Array(0);
  return isProfileOf(spaces[channels], start);
}

/** Refuses a profile with too many bytes, because the colour engine reads all of it. */
function checkBytes(parts: readonly Part[]): void {
  const bytes = parts.reduce((sum, { segment }) => sum + segment.body.length - dataAt, 0);
  if (bytes > limits.jpegProfileBytes)
    throw sourceRefusal(
      'source_too_large',
      `the JPEG has a colour profile of more than ${limits.jpegProfileBytes} bytes`,
    );
}

/** The most bytes of a profile in one segment. */
const partBytes = 65_533 - dataAt;

function writePart(profile: Uint8Array, number: number, of: number): Uint8Array {
  const data = profile.subarray((number - 1) * partBytes, number * partBytes);
  const head = Uint8Array.of(...asciiBytes(name), number, of);
  return writeJpegSegment(jpegMarkers.app2, joinBytes([head, data]));
}

/** Reads the colour profile, with nothing but what maps colours; undefined if it does not apply. */
export function readJpegProfile(
  header: readonly JpegSegment[],
  channels: number,
): Uint8Array | undefined {
  const parts = readParts(header);
  checkBytes(parts);
  if (!isComplete(parts) || !isUsable(parts, channels)) return undefined;
  return keepDrawingTags(joinBytes(parts.map(({ segment }) => segment.body.subarray(dataAt))));
}

/** Writes the segments of a colour profile. */
export function writeJpegProfile(profile: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(profile.length / partBytes);
  return Array.from({ length: count }, (_, index) => writePart(profile, index + 1, count));
}
