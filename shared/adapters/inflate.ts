import { inflateSync } from 'node:zlib';
import type { Inflate } from '../inspect/inspection.ts';

const isTooLarge = (thrown: unknown): boolean =>
  thrown instanceof RangeError && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE';

/** Inflates with node:zlib. It never allocates more than `most` bytes and one of zlib's own blocks. */
export const nodeInflate: Inflate = (bytes, most) => {
  try {
    return inflateSync(bytes, { maxOutputLength: most });
  } catch (thrown) {
    return isTooLarge(thrown) ? 'too_large' : undefined;
  }
};
