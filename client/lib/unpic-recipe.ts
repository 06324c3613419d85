import { limits } from '../../shared/limits.ts';
import type { Operations } from './operations.ts';
import type { RecipeInput } from './recipe.ts';

/** What unpic asks of every service, and the operations of this one by their names. */
export type UnpicOperations = Omit<Operations, 'format' | 'quality' | 'version'> & {
  readonly width?: number | string;
  readonly height?: number | string;
  /** `auto` where nothing is said. */
  readonly format?: string;
  readonly quality?: number | string;
};

type Side = number | string | undefined;

const pixels = (side: Side): number | undefined => (side ? Math.round(Number(side)) : undefined);

/**
 * Both sides smaller, where the two are more than the service draws: unpic offers widths for screens of
 * every size, whatever the proportion.
 */
function drawable(width: Side, height: Side): { readonly w?: number; readonly h?: number } {
  const [w, h] = [pixels(width), pixels(height)];
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
 * The recipe of what unpic asks for. With both sides an image fills them, as unpic's `objectFit` has it,
 * unless `resize` says another mode.
 */
export function unpicRecipe(operations: UnpicOperations): RecipeInput {
  const { width, height, format = 'auto', quality, resize, ...others } = operations;
  const size = drawable(width, height);
  const mode = size.w && size.h ? ({ m: 'fill' } as const) : {};
  const sized = { ...mode, ...resize, ...size };
  const recipe = {
    ...others,
    ...(Object.keys(sized).length > 0 && { resize: sized }),
    ...(quality && { quality: Number(quality) }),
    format: format.replace('jpeg', 'jpg'),
  };
  // Which formats there are is asked when it is written.
  return recipe as RecipeInput;
}
