import type { GrantedMinter } from './lib/granted.ts';
import type { RecipeInput } from './lib/recipe.ts';
import { sourcePath } from './lib/source-path.ts';

/** What `next/image` asks its loader for; a quality only where the page names one. */
export type LoaderRequest = {
  readonly src: string;
  /** Pixels, one of `deviceSizes` and `imageSizes` in `next.config.js`. */
  readonly width: number;
  readonly quality?: number | undefined;
};

const fitWidth = ({ width, quality }: LoaderRequest): RecipeInput => ({
  resize: { w: width },
  ...(quality === undefined ? {} : { quality }),
  format: 'auto',
});

/**
 * A loader for `next/image`, in `images.loaderFile` or in the prop `loader`. It runs in browsers as
 * well, so it writes URLs under a grant. Throws `malformed` for a `src` that is an address or a file of
 * the application; such an image is drawn with the prop `unoptimized`.
 */
export const imageLoader =
  (
    images: Pick<GrantedMinter, 'url'>,
    recipe: (request: LoaderRequest) => RecipeInput = fitWidth,
  ): ((request: LoaderRequest) => string) =>
  (request) =>
    images.url(sourcePath(request.src), recipe(request));
