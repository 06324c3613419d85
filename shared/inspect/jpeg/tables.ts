import { jpegMarkers } from './markers.ts';
import { damagedJpeg, type JpegSegment, writeJpegSegment } from './segments.ts';

/** Measures the table at an offset. */
type MeasureTable = (body: Uint8Array, at: number) => number;

/** A quantisation table has its precision, its number and 64 values: T.81, section B.2.4.1. */
const measureQuantisation: MeasureTable = (body, at) => ((body[at] ?? 0) >> 4 === 0 ? 65 : 129);

/** A Huffman table has its number, 16 counts and as many symbols: T.81, section B.2.4.2. */
const measureHuffman: MeasureTable = (body, at) => {
  let bytes = 17;
  // A loop, because a file can have millions of empty tables.
  for (let index = at + 1; index <= at + 16; index += 1) bytes += body[index] ?? 0;
  return bytes;
};

/** The bytes of all tables that are complete. What remains is padding that libjpeg refuses. */
function measureTables(body: Uint8Array, measure: MeasureTable): number {
  let end = 0;
  while (end < body.length) {
    const next = end + measure(body, end);
    if (next > body.length) break;
    end = next;
  }
  if (end === 0 && body.length > 0) throw damagedJpeg('has an incomplete table');
  return end;
}

function measureRestartInterval(body: Uint8Array): number {
  if (body.length < 2) throw damagedJpeg('has an incomplete restart interval');
  return 2;
}

function measureBody({ code, body }: JpegSegment): number {
  if (code === jpegMarkers.dqt) return measureTables(body, measureQuantisation);
  if (code === jpegMarkers.dht) return measureTables(body, measureHuffman);
  if (code === jpegMarkers.dri) return measureRestartInterval(body);
  // DAC has pairs of bytes: T.81, section B.2.4.3.
  return body.length - (body.length % 2);
}

/** Writes a DQT, DHT, DAC or DRI segment without the bytes behind its tables. */
export function writeJpegTables(segment: JpegSegment): Uint8Array {
  return writeJpegSegment(segment.code, segment.body.subarray(0, measureBody(segment)));
}
