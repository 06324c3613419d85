import { assertValid } from './lib/assert-valid.ts';
import type { GrantedMinter } from './lib/granted-minter.ts';
import type { RecipeInput } from './lib/recipe.ts';
import { sourcePath } from './lib/source-path.ts';

/** What `next/image` passes to its loader. */
export type LoaderRequest = {
  readonly src: string;
  /** Pixels, one of `deviceSizes` and `imageSizes` in `next.config.js`. */
  readonly width: number;
  /** Set only if the page sets it. */
  readonly quality?: number | undefined;
};

const fitWidth = ({ width, quality }: LoaderRequest): RecipeInput => ({
  resize: { w: width },
  ...(quality === undefined ? {} : { quality }),
  format: 'auto',
});

/**
 * Returns a loader for `next/image`, for `images.loaderFile` or the prop `loader`. Loaders also run in
 * browsers, so this one takes a minter with a grant, which needs no signing key. The loader throws
 * `malformed` for a `src` that is an absolute URL or a bundled file of the application; show such an
 * image with the prop `unoptimized`.
 */
export const imageLoader =
  (
    images: Pick<GrantedMinter, 'url'>,
    recipe: (request: LoaderRequest) => RecipeInput = fitWidth,
  ): ((request: LoaderRequest) => string) =>
  (request) => {
    const path = sourcePath(request?.src);
    assertValid(request.width > 0, 'width must be a number of pixels');
    return images.url(path, recipe(request));
  };
