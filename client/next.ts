import type { GrantedMinter } from './lib/granted.ts';
import type { Recipe } from './lib/recipe.ts';
import { sourcePath } from './lib/source-path.ts';

/** What `next/image` asks its loader for; a quality only where the page names one. */
export type LoaderRequest = {
  readonly src: string;
  /** Pixels, one of `deviceSizes` and `imageSizes` in `next.config.js`. */
  readonly width: number;
  readonly quality?: number | undefined;
};

const fitted = ({ width, quality }: LoaderRequest): Recipe => ({
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
    recipe: (request: LoaderRequest) => Recipe = fitted,
  ): ((request: LoaderRequest) => string) =>
  (request) =>
    images.url(sourcePath(request.src), recipe(request));
