import { jpegMarkers } from './markers.ts';
import { type JpegSegment, writeJpegSegment } from './segments.ts';

/** The bytes of an ASCII text. */
export const asciiBytes = (text: string): readonly number[] =>
  [...text].map((one) => one.charCodeAt(0));

/** Whether a segment has a code and its body starts with a text. */
export function isNamedSegment({ code, body }: JpegSegment, wanted: number, name: string): boolean {
  return code === wanted && asciiBytes(name).every((byte, index) => body[index] === byte);
}

/**
 * JFIF 1.01 without density and without thumbnail: https://www.w3.org/Graphics/JPEG/jfif3.pdf. It
 * tells the decoder that three components are YCbCr. libjpeg warns of other major versions.
 */
const jfif = writeJpegSegment(
  jpegMarkers.app0,
  Uint8Array.of(...asciiBytes('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0),
);

/** Writes a JFIF segment if there is one that libjpeg takes for one: 14 bytes at least. */
function writeJfif(header: readonly JpegSegment[]): readonly Uint8Array[] {
  const found = header.some(
    (segment) => isNamedSegment(segment, jpegMarkers.app0, 'JFIF\0') && segment.body.length >= 14,
  );
  return found ? [jfif] : [];
}

/**
 * The colour transform that libjpeg uses for a number of components: 0 none, 1 YCbCr, 2 YCCK. It warns
 * of any other and takes the last.
 */
function chooseTransform(transform: number, components: number): number {
  if (transform === 0 || components === 1) return 0;
  return components === 3 ? 1 : 2;
}

/**
 * Writes an Adobe segment if there is one that libjpeg takes for one: 12 bytes at least. The last one
 * counts. It also tells the decoder that CMYK is inverted. Adobe Technical Note 5116, section 18:
 * https://www.pdfa.org/norm-refs/5116.DCT_Filter.pdf
 */
function writeAdobe(header: readonly JpegSegment[], components: number): readonly Uint8Array[] {
  const found = header.findLast(
    (segment) => isNamedSegment(segment, jpegMarkers.app14, 'Adobe') && segment.body.length >= 12,
  );
  if (found === undefined) return [];
  const transform = chooseTransform(found.body[11] ?? 0, components);
  const body = Uint8Array.of(...asciiBytes('Adobe'), 0, 100, 0, 0, 0, 0, transform);
  return [writeJpegSegment(jpegMarkers.app14, body)];
}

/** Writes the segments that say how components become colours. */
export function writeJpegColour(
  header: readonly JpegSegment[],
  components: number,
): readonly Uint8Array[] {
  return [...writeJfif(header), ...writeAdobe(header, components)];
}
