import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { limits } from '../../../../shared/limits.ts';
import {
  type FrameShape,
  frameHeader,
  huffmanTables,
  jpegOf,
  quantisation,
  type ScanShape,
  scanOf,
} from './jpeg-writer.ts';

const noData = new Uint8Array(0);
const colour = [0x11, 0x11, 0x11];
/** 50 megapixels, the most that a policy can allow. */
const largest = { width: 8_000, height: 6_250 } as const;

const withScans = (shape: FrameShape, scans: readonly ScanShape[]): Buffer =>
  jpegOf(
    quantisation,
    frameHeader({ factors: colour, ...shape }),
    huffmanTables,
    ...scans.map((scan) => scanOf({ data: noData, ...scan })),
  );

const scan = (
  components: readonly number[],
  band: readonly [number, number],
  bits: readonly [number, number],
): ScanShape => ({ components, band, bits });

/** The ten scans that `cjpeg -progressive` writes for colour, as `djpeg -verbose` lists them. */
const libjpegScans = [
  scan([1, 2, 3], [0, 0], [0, 1]),
  scan([1], [1, 5], [0, 2]),
  scan([3], [1, 63], [0, 1]),
  scan([2], [1, 63], [0, 1]),
  scan([1], [6, 63], [0, 2]),
  scan([1], [1, 63], [2, 1]),
  scan([1, 2, 3], [0, 0], [1, 0]),
  scan([3], [1, 63], [1, 0]),
  scan([2], [1, 63], [1, 0]),
  scan([1], [1, 63], [1, 0]),
];

const refined = scan([1], [1, 63], [1, 0]);
const skipped = scan([1], [1, 63], [0, 0]);
const times = (count: number, one: ScanShape): readonly ScanShape[] =>
  Array<ScanShape>(count).fill(one);

describe('the scans of a JPEG', () => {
  it.each<[string, FrameShape, readonly ScanShape[]]>([
    ['of libjpeg', { code: 0xc2 }, libjpegScans],
    ['of libjpeg, and two more', { code: 0xc2 }, [...libjpegScans, refined, refined]],
    ['of CMYK', { code: 0xc2, factors: [...colour, 0x11] }, [...libjpegScans, refined]],
    ['one per component', { code: 0xc0 }, [1, 2, 3].map((id) => ({ components: [id] }))],
    ['with arithmetic coding', { code: 0xc9 }, [{ components: [1, 2, 3] }]],
  ])('may be those of an encoder at 50 megapixels: %s', (_what, shape, scans) => {
    const { facts } = inspectJpeg(withScans({ ...largest, ...shape }, scans));
    expect(facts.width * facts.height).toBe(limits.sourcePixels);
  });

  it.each<[string, FrameShape, readonly ScanShape[]]>([
    ['refinement', { code: 0xc2 }, times(15, refined)],
    ['scans that skip each block', { code: 0xc2 }, times(97, skipped)],
    ['sequential scans', { code: 0xc0 }, times(97, { components: [1] })],
    ['arithmetic refinement', { code: 0xca }, times(6, refined)],
    ['a large frame', { code: 0xc2, width: 65_500, height: 65_500 }, [{ components: [1, 2, 3] }]],
  ])('are too many for 50 megapixels: %s', (_what, shape, scans) => {
    expect(() => inspectJpeg(withScans({ ...largest, ...shape }, scans))).toThrow(
      expect.objectContaining({ code: 'source_too_large' }),
    );
  });

  it('are at most as many as the limit, however small the image is', () => {
    const scans = (count: number) => () =>
      inspectJpeg(withScans({ code: 0xc2 }, times(count, refined)));
    expect(scans(limits.jpegScans)).not.toThrow();
    expect(scans(limits.jpegScans + 1)).toThrow(
      expect.objectContaining({ code: 'source_too_large' }),
    );
  });

  it('count blocks by the sampling factors', () => {
    const factors = [0x44, 0x11, 0x11];
    const scans = (count: number, id: number) => () =>
      inspectJpeg(
        withScans(
          { code: 0xc2, factors, ...largest },
          times(count, { ...refined, components: [id] }),
        ),
      );
    expect(scans(15, 1)).toThrow(expect.objectContaining({ code: 'source_too_large' }));
    expect(scans(60, 2)).not.toThrow();
  });
});
