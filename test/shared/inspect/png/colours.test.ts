import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pngChunk } from '../../../render/encoders.ts';
// reference-colours.py makes these numbers.
import reference from './reference-colours.json' with { type: 'json' };
import { end, header, inspect, joinChunks } from './samples.ts';

const { pixels, cases } = reference;
const width = pixels.length;
/** The greys are the first pixels. */
const greys = pixels.filter(([red, green, blue]) => red === green && green === blue);
const linear = pngChunk('gAMA', Buffer.from('000186a0', 'hex'));

const makeRow = (type: number, bits: number, bytes: readonly number[], before: readonly Buffer[]) =>
  joinChunks(
    header({ width: type === 2 ? width : greys.length, height: 1, bits, type }),
    ...before,
    pngChunk('IDAT', deflateSync(Buffer.from([0, ...bytes]))),
    end,
  );

const widen = (bytes: readonly number[]) => bytes.flatMap((one) => [one, one]);

function meanError(drawn: Uint8Array, wanted: readonly number[]): number {
  expect(drawn.length).toBe(wanted.length);
  return drawn.reduce((sum, one, at) => sum + Math.abs(one - (wanted[at] ?? 0)), 0) / drawn.length;
}

const draw = (png: Uint8Array): Promise<Buffer> =>
  sharp(inspect(png).bytes, { failOn: 'warning' }).toColourspace('srgb').raw().toBuffer();

describe('the colours of a PNG with', () => {
  const linearCase = cases.find(({ name }) => name === 'gAMA of linear light');
  const wantedGreys = (linearCase?.drawn ?? []).slice(0, greys.length);

  it.each(cases)('$name are those of the specification', async ({ chunks, drawn }) => {
    const before = chunks.map(([type = '', hex = '']) => pngChunk(type, Buffer.from(hex, 'hex')));
    const png = makeRow(2, 8, pixels.flat(), before);
    expect(meanError(await draw(png), drawn.flat())).toBeLessThan(0.5);
    expect(meanError(Buffer.from(pixels.flat()), drawn.flat())).toBeGreaterThan(1.5);
  });

  it('gAMA and 16 bits are those of the specification', async () => {
    const { bytes } = inspect(makeRow(2, 16, widen(pixels.flat()), [linear]));
    // sharp draws 16 bits in Display P3 unless it is told otherwise.
    const image = sharp(bytes).withIccProfile('srgb', { attach: false }).toColourspace('srgb');
    expect(meanError(await image.raw().toBuffer(), linearCase?.drawn.flat() ?? [])).toBeLessThan(1);
  });

  it('gAMA in grey are those of the specification', async () => {
    const png = makeRow(
      0,
      8,
      greys.map(([level = 0]) => level),
      [linear],
    );
    expect(meanError(await draw(png), wantedGreys.flat())).toBeLessThan(0.5);
  });

  it('gAMA in grey with alpha keep their alpha', async () => {
    const png = makeRow(
      4,
      8,
      greys.flatMap(([level = 0]) => [level, 77]),
      [linear],
    );
    const wanted = wantedGreys.flatMap((pixel) => [...pixel, 77]);
    expect(meanError(await draw(png), wanted)).toBeLessThan(0.5);
  });
});
