import sharp from 'sharp';

/** What the decoder says about a file and draws from it. */
export type Drawing = {
  readonly width: number;
  /** The height of one frame. */
  readonly height: number;
  readonly frames: number;
  readonly alpha: boolean;
  readonly channels: number;
  readonly delays: readonly number[];
  readonly loop: number | undefined;
  /** RGBA. */
  readonly pixels: Buffer;
};

/** Decodes the first frames, or all, from a page on. */
export async function drawFrames(bytes: Uint8Array, pages = -1, page = 0): Promise<Drawing> {
  const options = { limitInputPixels: false, failOn: 'warning' } as const;
  const header = await sharp(bytes, options).metadata();
  const pixels = await sharp(bytes, { ...options, page, pages })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return {
    width: header.width,
    height: header.height,
    frames: (header.pages ?? 1) - page,
    alpha: header.hasAlpha,
    channels: header.channels,
    delays: (header.delay ?? []).slice(page),
    loop: header.loop,
    pixels,
  };
}
