/*
 * GIFs by hand: https://www.w3.org/Graphics/GIF/spec-gif89a.txt. Sections of the specification are
 * named beside the blocks.
 */

const short = (value: number): readonly number[] => [value & 0xff, value >> 8];
const ascii = (text: string): readonly number[] =>
  [...text].map((character) => character.charCodeAt(0));

/** Packs codes of equal size, lowest bit first (appendix F). */
function packCodes(codes: readonly number[], size: number): readonly number[] {
  const bytes: number[] = [];
  codes.forEach((code, index) => {
    for (let bit = 0; bit < size; bit += 1) {
      const at = index * size + bit;
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (((code >> bit) & 1) << (at & 7));
    }
  });
  return bytes;
}

/** Data sub-blocks and their terminator (section 15). */
export function subBlocks(data: readonly number[], size = 255): readonly number[] {
  const count = Math.ceil(data.length / size);
  const blocks = Array.from({ length: count }, (_, at) => data.slice(at * size, (at + 1) * size));
  return [...blocks.flatMap((block) => [block.length, ...block]), 0];
}

/** Image data (section 22). A clear code before each pixel keeps all codes at one size. */
export function imageData(pixels: readonly number[], bits: number): readonly number[] {
  const clear = 2 ** bits;
  const codes = [...pixels.flatMap((pixel) => [clear, pixel]), clear + 1];
  return [bits, ...subBlocks(packCodes(codes, bits + 1))];
}

export type GifFrameShape = {
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
  /** The index of all pixels, or each of them. */
  readonly pixels?: number | readonly number[];
  readonly bits?: number;
  /** Image data instead of pixels. */
  readonly data?: readonly number[];
  /** Behind the data stands a sub-block of a zero byte, as inspection writes it. */
  readonly padded?: true;
  readonly delay?: number;
  readonly disposal?: number;
  readonly transparent?: number;
  /** False leaves out the Graphic Control Extension. */
  readonly control?: boolean;
  /** Rows are stored in four passes (appendix E); `pixels` are in the order of the data. */
  readonly interlaced?: boolean;
  /** A local colour table of 3 × 2^n bytes. */
  readonly colors?: readonly number[];
  /** Blocks before the frame. */
  readonly before?: readonly number[];
};

/** A Graphic Control Extension (section 23). */
export const gifControl = ({
  delay = 10,
  disposal = 0,
  transparent,
}: Pick<GifFrameShape, 'delay' | 'disposal' | 'transparent'>): readonly number[] => [
  ...[0x21, 0xf9, 4, disposal * 4 + (transparent === undefined ? 0 : 1)],
  ...[...short(delay), transparent ?? 0, 0],
];

export function gifFrame(shape: GifFrameShape): readonly number[] {
  const { left = 0, top = 0, width = 1, height = 1, pixels = 0, bits = 2 } = shape;
  const { colors = [], before = [] } = shape;
  const indices = (): readonly number[] =>
    typeof pixels === 'number' ? Array<number>(width * height).fill(pixels) : pixels;
  const table = colors.length > 0 ? 0x80 + Math.log2(colors.length / 3) - 1 : 0;
  const flags = table + (shape.interlaced ? 0x40 : 0);
  const data = shape.data ?? imageData(indices(), bits);
  return [
    ...before,
    ...(shape.control === false ? [] : gifControl(shape)),
    ...[0x2c, ...short(left), ...short(top), ...short(width), ...short(height), flags, ...colors],
    ...(shape.padded ? data.toSpliced(-1, 1, 1, 0, 0) : data),
  ];
}

export type GifShape = {
  readonly version?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colors?: readonly number[];
  readonly frames: readonly GifFrameShape[];
  /** Blocks before the first frame. */
  readonly before?: readonly number[];
  /** Everything behind the last frame. */
  readonly end?: readonly number[];
};

/** Red, green, blue, white. */
export const fourColors = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255] as const;

export const gifTrailer = [0x3b] as const;

export function gif(shape: GifShape): Buffer {
  const { version = '89a', width = 1, height = 1, colors = fourColors } = shape;
  const { before = [], end = gifTrailer } = shape;
  const flags = colors.length > 0 ? 0x80 + Math.log2(colors.length / 3) - 1 : 0;
  const screen = [...short(width), ...short(height), flags, 0, 0];
  return Buffer.from([
    ...[...ascii(`GIF${version}`), ...screen, ...colors, ...before],
    ...shape.frames.flatMap(gifFrame),
    ...end,
  ]);
}

/** An Application Extension (section 26). */
export const gifApplication = (name: string, data: readonly number[]): readonly number[] => [
  ...[0x21, 0xff, 11, ...ascii(name)],
  ...subBlocks(data),
];

/** How often an animation is repeated. */
export const gifLoop = (repetitions: number, name = 'NETSCAPE2.0'): readonly number[] =>
  gifApplication(name, [1, ...short(repetitions)]);

/** A Comment Extension (section 24). */
export const gifComment = (text: string): readonly number[] => [
  ...[0x21, 0xfe],
  ...subBlocks(ascii(text)),
];

/** A Plain Text Extension (section 25). */
export const gifText = (text: string): readonly number[] => [
  ...[0x21, 0x01, 12, ...short(0), ...short(0), ...short(8), ...short(8), 8, 8, 1, 0],
  ...subBlocks(ascii(text)),
];
