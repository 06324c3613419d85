import { readOrientation } from '../exif.ts';
import { isNamedSegment } from './application.ts';
import { jpegMarkers } from './markers.ts';
import type { JpegSegment } from './segments.ts';

/** What precedes the TIFF in an EXIF segment, with a byte of padding behind it: CIPA DC-008, section 4.7.2. */
const name = 'Exif\0';
const paddingBytes = 1;

/** Reads the orientation, 1 to 8, from the first EXIF segment. Browsers read the padding as any byte. */
export function readJpegOrientation(header: readonly JpegSegment[]): number {
  const found = header.find((segment) => isNamedSegment(segment, jpegMarkers.app1, name));
  return found === undefined ? 1 : readOrientation(found.body.subarray(name.length + paddingBytes));
}
