import sharp from 'sharp';

/** SVG shapes for the flat pictures. */

export interface Sheet {
  readonly width: number;
  readonly height: number;
}

/** A drawing as SVG text. `scale` is for quick drafts. */
export const drawing = ({ width, height }: Sheet, body: string, scale = 1): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}" viewBox="0 0 ${width} ${height}">${body}</svg>`,
  );

/** Draws at twice the size and halves it, which gives smoother edges. */
export const rasterised = async (sheet: Sheet, body: string, scale = 1): Promise<Buffer> =>
  sharp(drawing(sheet, body, scale * 2))
    .resize(Math.round(sheet.width * scale), Math.round(sheet.height * scale))
    .png()
    .toBuffer();

export type PaintPoint = readonly [number, number];

export const polygon = (points: readonly PaintPoint[]): string =>
  `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
