import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import type { JpegComponent, JpegFrame } from './frame-header.ts';
import { jpegMarkers } from './markers.ts';
import { damagedJpeg, type JpegSegment, writeJpegSegment } from './segments.ts';

/** A scan header: T.81, section B.2.3. */
export type JpegScan = {
  readonly components: readonly JpegComponent[];
  /** Header and entropy-coded data. */
  readonly parts: readonly Uint8Array[];
  /** What the scan costs the decoder, in coefficients. */
  readonly cost: number;
};

const largest = (values: readonly number[]): number => Math.max(...values);

/** The 8×8 blocks of a component, as if it were interleaved: full MCUs. */
function countBlocks(
  { width, height, components }: JpegFrame,
  { across, down }: JpegComponent,
): number {
  const mcuWidth = 8 * largest(components.map((one) => one.across));
  const mcuHeight = 8 * largest(components.map((one) => one.down));
  return Math.ceil(width / mcuWidth) * across * Math.ceil(height / mcuHeight) * down;
}

/*
 * What a block costs the decoder, in units of about 2 ns, measured with mozjpeg in libvips. A
 * refinement scan looks at each coefficient of its band. Any other Huffman scan can skip a block with
 * next to no data. An arithmetic scan needs no data at all for any decision.
 */
const skippedBlock = 8;
const arithmeticCoefficient = 3;

function weighBlock(
  frame: JpegFrame,
  [first, last, bits]: readonly [number, number, number],
): number {
  const band = Math.max(1, Math.min(last, 63) - first + 1);
  if (frame.arithmetic) return Math.max(skippedBlock, arithmeticCoefficient * band);
  return bits >> 4 > 0 ? Math.max(skippedBlock, band) : skippedBlock;
}

function readScanComponents(
  frame: JpegFrame,
  body: Uint8Array,
  count: number,
): readonly JpegComponent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = body[1 + 2 * index];
    const found = frame.components.find((component) => component.id === id);
    if (found === undefined) throw damagedJpeg('has a scan of a component that the frame lacks');
    return found;
  });
}

/** The parameters of a sequential scan are fixed (T.81, table B.3). libjpeg warns of others. */
const sequential = [0, 63, 0] as const;

/** Reads a scan header. Bytes behind it are dropped, because libjpeg refuses them. */
export function readJpegScan(frame: JpegFrame, { body, data }: JpegSegment): JpegScan {
  const count = body[0] ?? 0;
  const selectors = 1 + 2 * count;
  if (count < 1 || count > 4 || body.length < selectors + 3)
    throw damagedJpeg('has an invalid scan header');
  const [first = 0, last = 0, bits = 0] = body.subarray(selectors);
  const parameters = frame.progressive ? ([first, last, bits] as const) : sequential;
  const components = readScanComponents(frame, body, count);
  const blocks = components.reduce((sum, one) => sum + countBlocks(frame, one), 0);
  const header = Uint8Array.of(...body.subarray(0, selectors), ...parameters);
  return {
    components,
    parts: [writeJpegSegment(jpegMarkers.sos, header), data],
    cost: blocks * weighBlock(frame, parameters),
  };
}

/** Refuses scans that take a decoder too long, whatever data they contain. */
export function checkJpegScans(scans: readonly JpegScan[]): void {
  if (scans.length > limits.jpegScans)
    throw sourceRefusal('source_too_large', `the JPEG has more than ${limits.jpegScans} scans`);
  const cost = scans.reduce((sum, scan) => sum + scan.cost, 0);
  if (cost > limits.jpegScanCoefficients)
    throw sourceRefusal('source_too_large', 'the scans of the JPEG have too many blocks');
}
