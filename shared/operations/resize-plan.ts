import { boxAround, type Compass, pointOf } from './gravity.ts';
import type { Box, Point, Size } from './operation.ts';

/** The values of `resize`, with defaults filled in. */
export type ResizeValues = {
  readonly m: 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed';
  readonly w: number | undefined;
  readonly h: number | undefined;
  readonly l: number | undefined;
  readonly s: number | undefined;
  readonly p: number | undefined;
  readonly limit: number;
  readonly g: Compass | 'smart' | 'entropy' | 'focus';
  readonly fx: number | undefined;
  readonly fy: number | undefined;
};

/** How to resize: scale, then crop a box, search one, or pad to a larger canvas. */
export type ResizePlan =
  | { readonly kind: 'scale'; readonly scaled: Size }
  | { readonly kind: 'cut'; readonly scaled: Size; readonly box: Box }
  | {
      readonly kind: 'search';
      readonly scaled: Size;
      readonly box: Size;
      readonly by: 'attention' | 'entropy';
    }
  | { readonly kind: 'pad'; readonly scaled: Size; readonly at: Box };

/** CPU seconds on one core that 16 bits add when a million pixels with alpha are scaled, as measured. */
export const scalingSecondsPerMpx = 0.05;

const centre: Point = { x: 50, y: 50 };

const side = (length: number): number => Math.max(1, Math.round(length));

const scaleSize = ({ width, height }: Size, factor: number): Size => ({
  width: side(width * factor),
  height: side(height * factor),
});

/** The scale factors that the requested sides ask for. */
function factors({ w, h, l, s, p }: ResizeValues, { width, height }: Size): readonly number[] {
  if (p !== undefined) return [p / 100];
  if (l !== undefined) return [l / Math.max(width, height)];
  if (s !== undefined) return [s / Math.min(width, height)];
  return [...(w === undefined ? [] : [w / width]), ...(h === undefined ? [] : [h / height])];
}

/**
 * The size for `lfit` (inside the box) and `mfit` (covers it). As in BOS, 600×400 in 500×300 gives
 * 450×300 and 500×333.
 */
function fitSize(values: ResizeValues, source: Size): Size {
  const all = factors(values, source);
  const factor = values.m === 'mfit' ? Math.max(...all) : Math.min(...all);
  return scaleSize(source, values.limit === 1 ? Math.min(1, factor) : factor);
}

/** The requested box. With `limit`, no side is longer than that of the source. */
function boxSize({ w, h, limit }: ResizeValues, source: Size): Size {
  const width = w ?? h ?? source.width;
  const height = h ?? w ?? source.height;
  if (limit === 0) return { width, height };
  return { width: Math.min(width, source.width), height: Math.min(height, source.height) };
}

function focalPoint({ g, fx, fy }: ResizeValues, focus: Point | undefined): Point {
  if (fx !== undefined || fy !== undefined) return { x: fx ?? 50, y: fy ?? 50 };
  if (g === 'focus') return focus ?? centre;
  return g === 'smart' || g === 'entropy' ? centre : pointOf(g);
}

function planFill(
  values: ResizeValues,
  source: Size,
  frames: number,
  focus: Point | undefined,
): ResizePlan {
  const box = boxSize(values, source);
  const cover = scaleSize(source, Math.max(box.width / source.width, box.height / source.height));
  const scaled = {
    width: Math.max(box.width, cover.width),
    height: Math.max(box.height, cover.height),
  };
  // sharp can search in one picture only, so an animation is cropped at its centre.
  if (frames === 1 && values.g === 'smart') return { kind: 'search', scaled, box, by: 'attention' };
  if (frames === 1 && values.g === 'entropy') return { kind: 'search', scaled, box, by: 'entropy' };
  const at = boxAround(focalPoint(values, focus), box, scaled);
  return { kind: 'cut', scaled, box: { ...at, ...box } };
}

function planPad(values: ResizeValues, source: Size): ResizePlan {
  const scaled = fitSize({ ...values, m: 'lfit' }, source);
  const canvas = { width: values.w ?? scaled.width, height: values.h ?? scaled.height };
  const left = Math.floor((canvas.width - scaled.width) / 2);
  const top = Math.floor((canvas.height - scaled.height) / 2);
  return { kind: 'pad', scaled, at: { left, top, ...canvas } };
}

/** Plans the resize of a source of this size. It is pure, so that tests can list every case in a table. */
export function resizePlan(
  values: ResizeValues,
  source: Size,
  frames = 1,
  focus?: Point,
): ResizePlan {
  if (values.m === 'fill') return planFill(values, source, frames, focus);
  if (values.m === 'pad') return planPad(values, source);
  if (values.m === 'fixed') return { kind: 'scale', scaled: boxSize(values, source) };
  return { kind: 'scale', scaled: fitSize(values, source) };
}

/** The size of the picture after the plan. */
export function plannedSize(plan: ResizePlan): Size {
  if (plan.kind === 'scale') return plan.scaled;
  const { width, height } = plan.kind === 'pad' ? plan.at : plan.box;
  return { width, height };
}
