import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import { damagedJpeg, type JpegSegment, writeJpegSegment } from './segments.ts';

export type JpegComponent = {
  readonly id: number;
  /** Sampling factors, horizontal and vertical. */
  readonly across: number;
  readonly down: number;
};

/** A frame header: T.81, section B.2.2. */
export type JpegFrame = Size & {
  readonly components: readonly JpegComponent[];
  readonly progressive: boolean;
  readonly arithmetic: boolean;
  readonly segment: Uint8Array;
};

/** The frames that libjpeg decodes: baseline, extended and progressive, Huffman or arithmetic. */
const modes: ReadonlyMap<number, Pick<JpegFrame, 'progressive' | 'arithmetic'>> = new Map([
  [0xc0, { progressive: false, arithmetic: false }],
  [0xc1, { progressive: false, arithmetic: false }],
  [0xc2, { progressive: true, arithmetic: false }],
  [0xc9, { progressive: false, arithmetic: true }],
  [0xca, { progressive: true, arithmetic: true }],
]);

function readMode(code: number): Pick<JpegFrame, 'progressive' | 'arithmetic'> {
  const mode = modes.get(code);
  if (mode !== undefined) return mode;
  const kind = code === 0xc3 || code === 0xcb ? 'lossless' : 'hierarchical';
  throw sourceRefusal('source_unsupported', `the JPEG is ${kind} (SOF${code - 0xc0})`);
}

function checkPrecision(bits: number | undefined): void {
  if (bits === 12) throw sourceRefusal('source_unsupported', 'the JPEG has 12 bits per channel');
  if (bits !== 8) throw damagedJpeg(`has ${bits ?? 0} bits per channel`);
}

const isFactor = (factor: number): boolean => factor >= 1 && factor <= 4;

function readComponents(body: Uint8Array, count: number): readonly JpegComponent[] {
  if (count !== 1 && count !== 3 && count !== 4) throw damagedJpeg(`has ${count} components`);
  if (body.length < 6 + 3 * count) throw damagedJpeg('has a frame header that is too short');
  return Array.from({ length: count }, (_, index) => {
    const [id = 0, factors = 0] = body.subarray(6 + 3 * index);
    const [across, down] = [factors >> 4, factors & 15];
    if (!isFactor(across) || !isFactor(down))
      throw damagedJpeg(`has the sampling factors ${across}×${down}`);
    return { id, across, down };
  });
}

/** Reads a frame header. Bytes behind it are dropped, because libjpeg refuses them. */
export function readJpegFrame({ code, body }: JpegSegment): JpegFrame {
  const mode = readMode(code);
  const [bits, height1 = 0, height0 = 0, width1 = 0, width0 = 0, count = 0] = body;
  checkPrecision(bits);
  const [width, height] = [width1 * 256 + width0, height1 * 256 + height0];
  // A height of 0 means that DNL states it behind the first scan. No browser reads that.
  if (width === 0 || height === 0) throw damagedJpeg(`has ${width}×${height} pixels`);
  const components = readComponents(body, count);
  const segment = writeJpegSegment(code, body.subarray(0, 6 + 3 * count));
  return { ...mode, width, height, components, segment };
}
