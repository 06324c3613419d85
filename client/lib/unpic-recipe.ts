import { limits } from '../../shared/limits.ts';
import type { Operations } from './operations.ts';
import type { RecipeInput } from './recipe.ts';
import { textOrEmpty } from './text.ts';

/** The operations that unpic passes to every provider, and the operations of this service. */
export type UnpicOperations = Omit<Operations, 'download' | 'format' | 'quality' | 'version'> & {
  /** Pixels. */
  readonly width?: number | string;
  /** Pixels. */
  readonly height?: number | string;
  /** Default: `auto`. */
  readonly format?: string;
  readonly quality?: number | string;
};

type Side = number | string | undefined;

const numberOf = (value: unknown): number =>
  typeof value === 'object' ? Number.NaN : Number(value);

const pixelsOf = (side: Side): number | undefined =>
  side ? Math.round(numberOf(side)) : undefined;

/**
 * Scales both sides down to what the service can render. unpic offers widths for every screen size, even
 * if the height is then too large.
 */
function fitLimits(width: Side, height: Side): { readonly w?: number; readonly h?: number } {
  const [w, h] = [pixelsOf(width), pixelsOf(height)];
  const [one, other] = [w ?? 1, h ?? 1];
  const most = Math.sqrt(limits.outputPixels / (one * other));
  const ratio = Math.min(1, limits.side / one, limits.side / other, most);
  const scaled = (side: number): number => (ratio < 1 ? Math.floor(side * ratio) || 1 : side);
  return {
    ...(w === undefined ? {} : { w: scaled(w) }),
    ...(h === undefined ? {} : { h: scaled(h) }),
  };
}

/**
 * Converts unpic's operations to a recipe. If both sides are given, the image fills them, like
 * `objectFit: cover` in unpic, unless `resize` sets another mode.
 */
export function unpicRecipe(operations: UnpicOperations): RecipeInput {
  const { width, height, format = 'auto', quality, resize, ...others } = operations;
  const size = fitLimits(width, height);
  const mode = size.w && size.h ? ({ m: 'fill' } as const) : {};
  const sized = { ...mode, ...resize, ...size };
  const recipe = {
    ...others,
    ...(Object.keys(sized).length > 0 && { resize: sized }),
    ...(quality && { quality: numberOf(quality) }),
    format: textOrEmpty(format).replace('jpeg', 'jpg'),
  };
  // The format is checked when the recipe is written.
  return recipe as RecipeInput;
}
