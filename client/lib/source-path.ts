import { assertValid } from './assert-valid.ts';

/** A URL with a scheme or host, a data or blob URL, or a file that Next.js bundled. */
const otherAddress = /^(?:[a-z][a-z\d+.-]*:)?\/\/|^(?:data|blob):|^\/(?:[^?]*\/)?_next\/static\//i;

/**
 * Returns the path of a source from the `src` of a component, which may begin with a slash and is not
 * percent-encoded. Throws `malformed` for the address of something else, which would give a broken image.
 */
export function sourcePath(src: unknown): string {
  assertValid(typeof src === 'string', 'src must be text, the path of a source');
  assertValid(!otherAddress.test(src), `"${src.slice(0, 64)}" is an address, not a source path`);
  return src.replace(/^\//, '');
}
