import { markers } from './markers.ts';
import { damaged, type Segment, writeSegment } from './segments.ts';

/** The bytes of a quantisation table: its precision, its number, and 64 values (T.81, section B.2.4.1). */
function measureQuantisation(body: Uint8Array): number {
  return (body[0] ?? 0) >> 4 === 0 ? 65 : 129;
}

/** The bytes of a Huffman table: its number, 16 counts, and its symbols (T.81, section B.2.4.2). */
function measureHuffman(body: Uint8Array): number {
  return body.subarray(1, 17).reduce((sum, count) => sum + count, 17);
}

/** The bytes of all tables that are complete. What remains is padding that libjpeg refuses. */
function measureTables(body: Uint8Array, measure: (rest: Uint8Array) => number): number {
  let end = 0;
  while (end < body.length) {
    const next = end + measure(body.subarray(end));
    if (next > body.length) break;
    end = next;
  }
  if (end === 0 && body.length > 0) throw damaged('has an incomplete table');
  return end;
}

function measureRestartInterval(body: Uint8Array): number {
  if (body.length < 2) throw damaged('has an incomplete restart interval');
  return 2;
}

function measureBody({ code, body }: Segment): number {
  if (code === markers.dqt) return measureTables(body, measureQuantisation);
  if (code === markers.dht) return measureTables(body, measureHuffman);
  if (code === markers.dri) return measureRestartInterval(body);
  // DAC has pairs of bytes: T.81, section B.2.4.3.
  return body.length - (body.length % 2);
}

/** Writes a DQT, DHT, DAC or DRI segment without the bytes behind its tables. */
export function writeTables(segment: Segment): Uint8Array {
  return writeSegment(segment.code, segment.body.subarray(0, measureBody(segment)));
}
