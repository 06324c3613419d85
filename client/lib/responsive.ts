import { assertValid } from './need.ts';

/** In which sizes an image is offered: widths in pixels, or multiples of the recipe's own size. */
export type Sizes =
  | { readonly widths: readonly number[]; readonly densities?: never }
  | { readonly densities: readonly number[]; readonly widths?: never };

export type PictureOptions = Sizes & {
  readonly sizes?: string;
  /** A source for each, the best first; the image itself has the format of the recipe. */
  readonly formats?: readonly ('avif' | 'webp' | 'jpg' | 'png' | 'gif')[];
  readonly alt?: string;
};

/** What a `<picture>` is made of. */
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

/** The operations with another text in the place of one. */
function withParameter(operations: Operations, name: string, change: (own: string) => string) {
  const isOwn = (one: string): boolean => one.split(',')[0] === name;
  const own = operations.find(isOwn) ?? name;
  return [...operations.filter((one) => !isOwn(one)), change(own)];
}

/** The recipe in another width; of two sides, the other keeps its proportion. */
export const widthSources = (operations: Operations, width: number): Operations =>
  withParameter(operations, 'resize', (resize) => {
    const [part = '', own = 0] = /,w_(\d+)/.exec(resize) ?? [];
    const height = (_: string, h: string): string =>
      `,h_${own ? Math.max(1, Math.round((+h * width) / +own)) : h}`;
    return `${resize.replace(part, '').replace(/,h_(\d+)/, height)},w_${width}`;
  });

const densitySources = (operations: Operations, density: number): Operations =>
  withParameter(operations, 'resize', (resize) => {
    assertValid(/,[whls]_/.test(resize), 'densities need a size in resize');
    return resize.replace(/(,[whls]_)(\d+)/g, (_, side, own) => side + Math.round(own * density));
  });

/** The recipes of an image in its sizes, and what a `srcset` calls each. */
const candidates = (operations: Operations, { widths, densities }: Sizes) =>
  (widths ?? densities).map((one) => ({
    name: one + (widths ? 'w' : 'x'),
    recipe: (widths ? widthSources : densitySources)(operations, one),
  }));

/** The value of a `srcset`. */
export const srcset = (mint: Mint, operations: Operations, sizes: Sizes): string =>
  candidates(operations, sizes)
    .map(({ name, recipe }) => `${mint(recipe)} ${name}`)
    .join(', ');

/** The data of a `<picture>`. Its image is the last of its sizes where there is no `srcset`. */
export function picture(mint: Mint, operations: Operations, options: PictureOptions): Picture {
  const { sizes, formats = [], alt = '' } = options;
  const last = candidates(operations, options).at(-1);
  return {
    sources: formats.map((format) => ({
      type: `image/${format.replace('jpg', 'jpeg')}`,
      srcset: srcset(
        mint,
        withParameter(operations, 'format', () => `format,f_${format}`),
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

/** The same for URLs that take time: all that are asked for, and then what is made of them. */
export async function mapAwaited<T>(
  make: (mint: Mint) => T,
  mint: (operations: Operations) => Promise<string>,
): Promise<T> {
  const asked: Operations[] = [];
  make((operations) => `${asked.push(operations)}`);
  const minted = await Promise.all(asked.map(mint));
  return make(() => `${minted.shift()}`);
}
