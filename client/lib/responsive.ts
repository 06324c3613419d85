import { assertValid } from './assert-valid.ts';

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

/** Changes the width of a recipe. If the recipe has a width and a height, the height is scaled too. */
export const resizeToWidth = (operations: Operations, width: number): Operations =>
  replaceOperation(operations, 'resize', (resize) => {
    const [part = '', own = 0] = /,w_(\d+)/.exec(resize) ?? [];
    const height = (_: string, h: string): string =>
      `,h_${own ? Math.max(1, Math.round((+h * width) / +own)) : h}`;
    return `${resize.replace(part, '').replace(/,h_(\d+)/, height)},w_${width}`;
  });

const scaleByDensity = (operations: Operations, density: number): Operations =>
  replaceOperation(operations, 'resize', (resize) => {
    assertValid(/,[whls]_/.test(resize), 'densities need a size in resize');
    return resize.replace(/(,[whls]_)(\d+)/g, (_, side, own) => side + Math.round(own * density));
  });

/** The recipe of each size, and its descriptor in a `srcset`, such as `640w` or `2x`. */
const srcsetCandidates = (operations: Operations, { widths, densities }: Sizes) =>
  (widths ?? densities).map((one) => ({
    name: one + (widths ? 'w' : 'x'),
    recipe: (widths ? resizeToWidth : scaleByDensity)(operations, one),
  }));

/** Prints the value of a `srcset`. */
export const srcset = (mint: Mint, operations: Operations, sizes: Sizes): string =>
  srcsetCandidates(operations, sizes)
    .map(({ name, recipe }) => `${mint(recipe)} ${name}`)
    .join(', ');

/** Builds the attributes of a `<picture>`. `src` is the last size, for browsers without `srcset`. */
export function picture(mint: Mint, operations: Operations, options: PictureOptions): Picture {
  const { sizes, formats = [], alt = '' } = options;
  const last = srcsetCandidates(operations, options).at(-1);
  return {
    sources: formats.map((format) => ({
      type: `image/${format.replace('jpg', 'jpeg')}`,
      srcset: srcset(
        mint,
        replaceOperation(operations, 'format', () => `format,f_${format}`),
        options,
      ),
      sizes,
    })),
    img: {
      src: mint(last?.recipe ?? operations),
      srcset: srcset(mint, operations, options),
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
