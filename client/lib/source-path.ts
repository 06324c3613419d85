import { assertValid } from './need.ts';

/** With a scheme or a host; without bytes of its own; or a file that Next itself has bundled. */
const elsewhere = /^(?:[a-z][a-z\d+.-]*:)?\/\/|^(?:data|blob):|^\/(?:[^?]*\/)?_next\/static\//i;

/**
 * The path of a source from the `src` of a component, which may begin with a slash. It is the name as
 * it is, not percent-encoded. Throws `malformed` for what lies elsewhere: a URL of this service with
 * such a name would be a broken picture.
 */
export function sourcePath(src: string): string {
  assertValid(
    !elsewhere.test(src),
    `"${src.slice(0, 64)}" is an address, not the path of a source`,
  );
  return src.replace(/^\//, '');
}
