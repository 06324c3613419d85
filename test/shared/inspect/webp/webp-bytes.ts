import sharp from 'sharp';

/*
 * WebPs by hand: https://www.rfc-editor.org/rfc/rfc9649.html. Sections of the specification are
 * named beside the chunks.
 */

const little = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};

/** A chunk (section 2.3). */
export function webpChunk(name: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const padding = Buffer.alloc(data.length % 2);
  return Buffer.concat([Buffer.from(name, 'latin1'), little(data.length, 4), data, padding]);
}

/** The file around its chunks (section 2.4). */
export function webp(chunks: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(chunks);
  return Buffer.concat([
    Buffer.from('RIFF'),
    little(body.length + 4, 4),
    Buffer.from('WEBP'),
    body,
  ]);
}

/** Sets bits from the lowest on. */
function packBits(fields: readonly (readonly [value: number, bits: number])[]): Buffer {
  const bits = fields.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, bit) => Math.floor(value / 2 ** bit) % 2),
  );
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => {
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
  });
  return bytes;
}

export type WebpColor = readonly [red: number, green: number, blue: number, alpha: number];

/** A prefix code with one symbol of eight bits, which needs no bits in the data (section 3.7.2.1.1). */
const oneSymbol = (symbol: number) =>
  [
    [1, 1],
    [0, 1],
    [1, 1],
    [symbol, 8],
  ] as const;

export type LosslessShape = {
  readonly width?: number;
  readonly height?: number;
  readonly color?: WebpColor;
  /** What the header says about alpha. */
  readonly alpha?: boolean;
  readonly version?: number;
};

/** A lossless image of one colour: no transform, no colour cache, no meta prefix codes. */
export function lossless(shape: LosslessShape = {}): Buffer {
  const { width = 4, height = 4, color = [255, 0, 0, 255], version = 0 } = shape;
  const [red, green, blue, alpha] = color;
  const hint = shape.alpha ?? alpha < 255;
  return packBits([
    [0x2f, 8],
    [width - 1, 14],
    [height - 1, 14],
    [hint ? 1 : 0, 1],
    [version, 3],
    [0, 1],
    [0, 1],
    [0, 1],
    ...[green, red, blue, alpha].flatMap(oneSymbol),
    // The distances: one symbol of one bit.
    ...([
      [1, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ] as const),
  ]);
}

/** The VP8X chunk (section 2.7). */
export function vp8x(flags: number, width = 4, height = 4): Buffer {
  const size = [little(width - 1, 3), little(height - 1, 3)];
  return webpChunk('VP8X', Buffer.concat([little(flags, 4), ...size]));
}

/** The ANIM chunk (section 2.7.1.1). */
export const anim = (loop = 0): Buffer =>
  webpChunk('ANIM', Buffer.concat([Buffer.alloc(4, 255), little(loop, 2)]));

export type WebpFrameShape = LosslessShape & {
  readonly left?: number;
  readonly top?: number;
  readonly duration?: number;
  /** Bit 0 disposes of the frame, bit 1 does not blend. */
  readonly drawing?: number;
  /** The size that the ANMF chunk says. */
  readonly said?: readonly [width: number, height: number];
  /** Chunks instead of pixels. */
  readonly chunks?: readonly Uint8Array[];
};

/** An ANMF chunk (section 2.7.1.1). */
export function anmf(shape: WebpFrameShape = {}): Buffer {
  const { left = 0, top = 0, width = 4, height = 4, duration = 100, drawing = 0 } = shape;
  const [wide, high] = shape.said ?? [width, height];
  const numbers = [left / 2, top / 2, wide - 1, high - 1, duration];
  return webpChunk(
    'ANMF',
    Buffer.concat([
      ...numbers.map((value) => little(value, 3)),
      little(drawing, 1),
      ...(shape.chunks ?? [webpChunk('VP8L', lossless(shape))]),
    ]),
  );
}

/** An animation on a canvas of 4×4. */
export const animation = (
  frames: readonly WebpFrameShape[],
  { flags = 0x02, loop = 0 }: { readonly flags?: number; readonly loop?: number } = {},
): Buffer => webp([vp8x(flags), anim(loop), ...frames.map(anmf)]);

/** The payloads of the chunks of a file. */
export function chunksOf(file: Uint8Array): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(file);
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at < bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    chunks.set(bytes.toString('latin1', at, at + 4), bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size + (size % 2);
  }
  return chunks;
}

/** The VP8 and ALPH chunks of a lossy image of one colour, as libwebp encodes them. */
export async function lossy(alpha: number, width = 4, height = 4) {
  const background = { r: 255, g: 0, b: 0, alpha };
  const image = sharp({ create: { width, height, channels: 4, background } });
  const chunks = chunksOf(await image.webp({ quality: 50, effort: 0 }).toBuffer());
  return {
    vp8: webpChunk('VP8 ', chunks.get('VP8 ')),
    alph: webpChunk('ALPH', chunks.get('ALPH')),
  };
}

/** A TIFF with an orientation and nothing else. */
export const exifOf = (orientation: number): Buffer =>
  Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0', 'latin1'),
    little(orientation, 4),
    Buffer.alloc(4),
  ]);
