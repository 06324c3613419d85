/*
 * Draws a GIF as browsers do, from https://www.w3.org/Graphics/GIF/spec-gif89a.txt. It shares no code with the
 * project. What the specification leaves open was compared with Chromium 156: empty pixels and those of a removed
 * frame are transparent, the first frame enlarges each side of the screen, later ones are cropped, and an index
 * without a colour is black.
 */

type Rectangle = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

type Image = Rectangle & {
  readonly interlaced: boolean;
  readonly colors: Uint8Array;
  readonly indices: readonly number[];
  readonly disposal: number;
  readonly transparent: number | undefined;
};

/** What a browser shows, one frame after the other, as RGBA. */
export type Shown = {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Uint8Array[];
};

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);

/** Section 15. */
function subBlocks(bytes: Uint8Array, start: number) {
  const data: number[] = [];
  let at = start;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
    data.push(...bytes.subarray(at + 1, at + 1 + size));
    at += size + 1;
  }
  return { data, end: at + 1 };
}

/** The number that so many bits say, lowest first. */
function readBits(data: readonly number[], at: number, size: number): number {
  const bits = Array.from({ length: size }, (_, bit) => {
    const place = at + bit;
    return ((data[Math.floor(place / 8)] ?? 0) >> (place % 8)) & 1;
  });
  return bits.reduce((sum, bit, power) => sum + bit * 2 ** power, 0);
}

/** Appendix F, with strings of indices in a list. */
function unpack(data: readonly number[], bits: number): readonly number[] {
  const clear = 2 ** bits;
  const roots = Array.from({ length: clear + 2 }, (_, one) => [one]);
  const indices: number[][] = [];
  let [strings, before] = [[...roots], [] as number[]];
  for (let at = 0, size = bits + 1; at + size <= data.length * 8; ) {
    const code = readBits(data, at, size);
    at += size;
    if (code === clear + 1) break;
    const [first = 0] = before;
    const own = code === clear ? [] : (strings[code] ?? [...before, first]);
    if (code === clear) strings = [...roots];
    else if (before.length > 0) strings.push([...before, own[0] ?? 0]);
    indices.push(own);
    before = own;
    size = Math.min(12, Math.max(bits + 1, Math.floor(Math.log2(strings.length)) + 1));
  }
  return indices.flat();
}

const tableBytes = (flags: number): number => (flags > 127 ? 3 * 2 ** ((flags % 8) + 1) : 0);

/** The rows of an image in the order of its data: appendix E. */
function rowOrder(height: number, interlaced: boolean): readonly number[] {
  const rows = Array.from({ length: height }, (_, row) => row);
  if (!interlaced) return rows;
  return [
    ...rows.filter((row) => row % 8 === 0),
    ...rows.filter((row) => row % 8 === 4),
    ...rows.filter((row) => row % 4 === 2),
    ...rows.filter((row) => row % 2 === 1),
  ];
}

type Control = Pick<Image, 'disposal' | 'transparent'>;
const noControl: Control = { disposal: 0, transparent: undefined };

/** Section 23; undefined for other extensions. */
function readControl(bytes: Uint8Array, at: number): Control | undefined {
  if (bytes[at + 1] !== 0xf9) return undefined;
  const flags = bytes[at + 3] ?? 0;
  return {
    disposal: (flags >> 2) % 8,
    transparent: flags % 2 === 1 ? bytes[at + 6] : undefined,
  };
}

/** Sections 20 to 22. */
function readImage(bytes: Uint8Array, at: number, global: Uint8Array, control: Control) {
  const flags = bytes[at + 9] ?? 0;
  const local = bytes.subarray(at + 10, at + 10 + tableBytes(flags));
  const start = at + 10 + local.length;
  const { data, end } = subBlocks(bytes, start + 1);
  const image: Image = {
    left: word(bytes, at + 1),
    top: word(bytes, at + 3),
    width: word(bytes, at + 5),
    height: word(bytes, at + 7),
    ...control,
    interlaced: (flags & 0x40) > 0,
    colors: local.length > 0 ? local : global,
    indices: unpack(data, bytes[start] ?? 0),
  };
  return { image, end };
}

function readImages(bytes: Uint8Array): readonly Image[] {
  const images: Image[] = [];
  const global = bytes.subarray(13, 13 + tableBytes(bytes[10] ?? 0));
  let control = noControl;
  let at = 13 + global.length;
  while (bytes[at] === 0x21 || bytes[at] === 0x2c) {
    if (bytes[at] === 0x21) {
      control = readControl(bytes, at) ?? control;
      at = subBlocks(bytes, at + 2).end;
    } else {
      const { image, end } = readImage(bytes, at, global, control);
      images.push(image);
      [at, control] = [end, noControl];
    }
  }
  return images;
}

type Canvas = { readonly width: number; readonly height: number; readonly pixels: Uint8Array };

function setPixel(
  { width, height, pixels }: Canvas,
  x: number,
  y: number,
  rgba: readonly number[],
) {
  if (x < width && y < height) pixels.set(rgba, (y * width + x) * 4);
}

function drawImage(canvas: Canvas, image: Image): void {
  const { left, top, width, height, interlaced, colors, indices, transparent } = image;
  for (const [stored, row] of rowOrder(height, interlaced).entries())
    for (let x = 0; x < width; x += 1) {
      const index = indices[stored * width + x];
      if (index === undefined || index === transparent) continue;
      const rgb = [0, 1, 2].map((band) => colors[index * 3 + band] ?? 0);
      setPixel(canvas, left + x, top + row, [...rgb, 255]);
    }
}

function clearImage(canvas: Canvas, { left, top, width, height }: Rectangle): void {
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) setPixel(canvas, left + x, top + y, [0, 0, 0, 0]);
}

/** Draws all frames. */
export function showGif(bytes: Uint8Array): Shown {
  const images = readImages(bytes);
  const [first = { left: 0, top: 0, width: 0, height: 0 }] = images;
  const width = Math.max(word(bytes, 6), first.left + first.width);
  const height = Math.max(word(bytes, 8), first.top + first.height);
  const canvas = { width, height, pixels: new Uint8Array(width * height * 4) };
  const frames = images.map((image) => {
    const before = canvas.pixels.slice();
    drawImage(canvas, image);
    const shown = canvas.pixels.slice();
    if (image.disposal === 2) clearImage(canvas, image);
    if (image.disposal === 3 || image.disposal === 4) canvas.pixels.set(before);
    return shown;
  });
  return { width, height, frames };
}
