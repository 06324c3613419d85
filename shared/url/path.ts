import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { utf8Bytes } from '../utf8.ts';

/** What parts a source's path from its operations, and the operations from each other. */
export const separator = '__op__';

/** A URL's path, decoded and parted. Only `splitTarget` makes one, so its parts are sound. */
export type SourcePath = {
  readonly tenant: string;
  /** The source's path under its tenant. */
  readonly path: string;
  /** The operations as written; nothing when there are none. */
  readonly operations: string | undefined;
};

const tenantForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Printable ASCII: what is neither this nor an escape is not a URL that HTTP can carry. */
const rawForm = /^[\x21-\x7e]*$/;
const badEscape = /%(?![0-9A-Fa-f]{2})/;
const encodedSlash = /%2f/i;

/** The prefix of watermarks: they are drawn on images and never served as one. */
const reserved = '_watermarks';

export function isTenant(text: string): boolean {
  return text.length <= limits.tenantCharacters && tenantForm.test(text);
}

/** C0 and C1 controls, DEL and the backslash. No name needs them, and each has been used in an attack. */
const forbiddenCharacter = /[\p{Cc}\\]/u;

/** What is wrong with a source's path, or nothing. Minting asks the same question as the edge. */
export function pathFault(path: string): string | undefined {
  const segments = path.split('/');
  if (!path.isWellFormed()) return 'the path is not well-formed Unicode';
  // A UTF-16 unit is three bytes of UTF-8 at most, so most paths need no encoding to be measured.
  if (path.length * 3 > limits.pathBytes && utf8Bytes(path) > limits.pathBytes)
    return `the path is longer than ${limits.pathBytes} bytes`;
  if (forbiddenCharacter.test(path)) return 'the path has a control character or a backslash';
  if (path.startsWith('/')) return 'the path begins with a slash; leave it out';
  if (segments.includes('')) return 'the path has an empty segment';
  if (segments.includes('.') || segments.includes('..')) return 'the path has a . or .. segment';
  if (segments[0] === reserved) return `the path begins with ${reserved}, which is reserved`;
  if (path.includes(separator)) return `the path contains ${separator}`;
  if (path.endsWith('__op') || path.endsWith('__op_')) return 'the path ends in __op';
  return undefined;
}

/**
 * Decodes a URL's path, once. Nothing is repaired: what is not percent-encoded UTF-8 is refused,
 * and so is an encoded slash, which would be read as a slash by one program and not by another.
 */
export function decodePath(uri: string): string {
  if (uri.includes('?')) throw malformed('the path is not percent-encoded');
  if (encodedSlash.test(uri)) throw malformed('the path has an encoded slash');
  return decodeText(uri, 'the path');
}

/**
 * Decodes a part of a URL, once; a plus is a plus. Invariant: what it returns holds no line feed,
 * so no field of a signed message can reach into the next one.
 */
export function decodeText(written: string, what: string): string {
  if (!rawForm.test(written) || /[\\#]/.test(written))
    throw malformed(`${what} is not percent-encoded`);
  if (badEscape.test(written)) throw malformed(`${what} has a % that no two hex digits follow`);
  let text: string;
  try {
    text = decodeURIComponent(written);
  } catch {
    throw malformed(`${what} is not UTF-8`);
  }
  if (forbiddenCharacter.test(text))
    throw malformed(`${what} has a control character or a backslash`);
  return text;
}

/**
 * The one encoding of a path: unreserved characters (RFC 3986, section 2.3), slash and comma
 * bare, all else `%XX`. A bare plus would reach S3 as a space.
 */
export function encodePath(target: string): string {
  return encodeURIComponent(target)
    .replace(/[!'()*]/g, (bare) => `%${bare.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/')
    .replace(/%2C/g, ',');
}

/** Parts a decoded path at its first slash and its first separator. */
export function splitPath(target: string): SourcePath {
  const at = target.indexOf('/', 1);
  const tenant = target.slice(1, Math.max(at, 1));
  if (!target.startsWith('/') || !isTenant(tenant))
    throw malformed('the path does not begin with /TENANT/');
  const rest = target.slice(at + 1);
  const cut = rest.indexOf(separator);
  const path = cut < 0 ? rest : rest.slice(0, cut);
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
  return { tenant, path, operations: cut < 0 ? undefined : rest.slice(cut + separator.length) };
}

/** The key of a watermark in the sources bucket. */
export function watermarkKey(tenant: string, id: string): string {
  return `${tenant}/${reserved}/${id}.png`;
}

/** The key of a source in the sources bucket. */
export function sourceKey({ tenant, path }: Pick<SourcePath, 'tenant' | 'path'>): string {
  return `${tenant}/${path}`;
}
