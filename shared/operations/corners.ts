import type { Sharp } from 'sharp';
import type { Size } from './operation.ts';

/** How much of a pixel is outside a circle, from 0 to 1. The edge is one pixel wide. */
function coverageOutside(distance: number, radius: number): number {
  return Math.min(1, Math.max(0, distance - radius + 0.5));
}

/** RGBA pixels whose alpha erases the upper left corner of a square to make it round. */
function cornerTile(side: number, radius: number): Buffer {
  const pixels = Buffer.alloc(side * side * 4);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const distance = Math.hypot(radius - x - 0.5, radius - y - 0.5);
      pixels[(y * side + x) * 4 + 3] = Math.round(255 * coverageOutside(distance, radius));
    }
  return pixels;
}

/** Mirrors the tile of the upper left corner for another corner. */
function mirrorTile(tile: Buffer, side: number, right: boolean, bottom: boolean): Buffer {
  const pixels = Buffer.alloc(tile.length);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const from = (bottom ? side - 1 - y : y) * side + (right ? side - 1 - x : x);
      pixels[(y * side + x) * 4 + 3] = tile[from * 4 + 3] ?? 0;
    }
  return pixels;
}

type Corner = { readonly pixels: Buffer; readonly right: boolean; readonly bottom: boolean };

function drawCorners(side: number, radius: number): readonly Corner[] {
  const tile = cornerTile(side, radius);
  return [false, true].flatMap((bottom) =>
    [false, true].map((right) => ({
      pixels: mirrorTile(tile, side, right, bottom),
      right,
      bottom,
    })),
  );
}

/** The corners that were drawn last: an animation erases the same ones from each frame. */
let last: { readonly radius: number; readonly corners: readonly Corner[] } | undefined;

function cornersOf(side: number, radius: number): readonly Corner[] {
  if (last?.radius !== radius) last = { radius, corners: drawCorners(side, radius) };
  return last.corners;
}

/**
 * Erases the corners of a picture. It composites four small tiles, because a mask of the whole picture
 * would take as much memory as the picture.
 */
export function roundCorners(image: Sharp, { width, height }: Size, radius: number): Sharp {
  const side = Math.ceil(radius);
  const raw = { width: side, height: side, channels: 4 as const };
  const corners = cornersOf(side, radius).map(({ pixels, right, bottom }) => ({
    input: pixels,
    raw,
    left: right ? width - side : 0,
    top: bottom ? height - side : 0,
    blend: 'dest-out' as const,
  }));
  return image.composite(corners);
}
