import { assertValid } from './assert-valid.ts';
import { textOrEmpty } from './text.ts';

/** The sizes of an image: widths in pixels, or multiples of the size in the recipe. */
export type Sizes =
  | { readonly widths: readonly number[]; readonly densities?: never }
  | { readonly densities: readonly number[]; readonly widths?: never };

/** How a picture is offered to browsers. */
export type PictureOptions = Sizes & {
  /** The attribute `sizes`, such as `100vw`. */
  readonly sizes?: string;
  /** Adds one source per format, in this order. Name the best one first. The `img` keeps the recipe's format. */
  readonly formats?: readonly ('avif' | 'webp' | 'jpg' | 'png' | 'gif')[];
  readonly alt?: string;
};

/** The attributes of a `<picture>`: its sources and its image. `html` prints them. */
export type Picture = {
  readonly sources: readonly {
    readonly type: string;
    readonly srcset: string;
    readonly sizes: string | undefined;
  }[];
  readonly img: {
    readonly src: string;
    readonly srcset: string;
    readonly sizes: string | undefined;
    readonly alt: string;
  };
};

type Operations = readonly string[];
/** Mints the URL of a recipe. */
export type Mint = (operations: Operations) => string;

export const mintOne = (mint: Mint, operations: Operations): string => mint(operations);

/** Replaces one operation, or adds it at the end. */
function replaceOperation(operations: Operations, name: string, change: (own: string) => string) {
  const isOwn = (one: string): boolean => one.split(',')[0] === name;
  const own = operations.find(isOwn) ?? name;
  return [...operations.filter((one) => !isOwn(one)), change(own)];
}

/** Multiplies the sides in a `resize`. A side has at least one pixel. */
const scaleSides = (resize: string, factor: number): string =>
  resize.replace(/(,[whls]_)(\d+)/g, (_, side, own) => side + (Math.round(own * factor) || 1));

/** Changes the width of a recipe. If the recipe has a width and a height, the height is scaled too. */
export const resizeToWidth = (operations: Operations, width: number): Operations =>
  replaceOperation(operations, 'resize', (resize) => {
    const [, own] = /,w_(\d+)/.exec(resize) ?? [];
    return own ? scaleSides(resize, width / +own) : `${resize},w_${width}`;
  });

const scaleByDensity = (operations: Operations, density: number): Operations =>
  replaceOperation(operations, 'resize', (resize) => {
    assertValid(/,[whls]_/.test(resize), 'densities need a size in resize');
    return scaleSides(resize, density);
  });

/** Prints the value of a `srcset`: each URL with its descriptor, such as `640w` or `2x`. */
export function srcset(mint: Mint, operations: Operations, { widths, densities }: Sizes): string {
  const sizes = widths ?? densities;
  assertValid(
    sizes?.every?.(widths ? Number.isInteger : Number.isFinite),
    'widths or densities must be numbers',
  );
  const resize = widths ? resizeToWidth : scaleByDensity;
  const candidateOf = (one: number): string =>
    `${mint(resize(operations, one))} ${one}${widths ? 'w' : 'x'}`;
  return sizes.map(candidateOf).join(', ');
}

/** Builds the attributes of a `<picture>`. `src` is the last size, for browsers without `srcset`. */
export function picture(mint: Mint, operations: Operations, options: PictureOptions): Picture {
  const { sizes, formats = [], alt = '' } = options;
  const candidates = srcset(mint, operations, options);
  return {
    sources: [formats].flat().map((one) => {
      const format = textOrEmpty(one);
      const formatted = replaceOperation(operations, 'format', () => `format,f_${format}`);
      const type = `image/${format.replace('jpg', 'jpeg')}`;
      return { type, srcset: srcset(mint, formatted, options), sizes };
    }),
    img: {
      src: candidates.split(' ').at(-2) ?? mint(operations),
      srcset: candidates,
      sizes,
      alt,
    },
  };
}

/** Runs `make` with an asynchronous minter: collects its requests, mints all of them, then runs it again. */
export async function mintAll<T>(
  make: (mint: Mint) => T,
  mint: (operations: Operations) => Promise<string>,
): Promise<T> {
  const requested: Operations[] = [];
  make((operations) => `${requested.push(operations)}`);
  const minted = await Promise.all(requested.map(mint));
  return make(() => `${minted.shift()}`);
}
