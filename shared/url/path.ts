import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { utf8Bytes } from '../utf8.ts';

/** Separates the path from the operations, and the operations from each other. */
export const separator = '__op__';

/** The parts of a decoded URL path. `splitPath` checks them. */
export type SourcePath = {
  readonly tenant: string;
  /** The path of the source below its tenant. */
  readonly path: string;
  /** The operations as written; undefined if there are none. */
  readonly operations: string | undefined;
};

const tenantForm = /^[a-z\d]+(?:-[a-z\d]+)*$/;
/** Text that decoding leaves as it is and that no check refuses, as in most URLs. */
const unescapedForm = /^[A-Za-z0-9._,:=&/-]*$/;
/** Printable ASCII, the only characters that a URL in HTTP may have. */
const rawForm = /^[\x21-\x7e]*$/;
const lineBreak = /[\r\n]/;
const badEscape = /%(?![0-9A-Fa-f]{2})/;
const encodedSlash = /%2f/i;

/** The prefix of watermarks, which are never served as images themselves. */
export const watermarkFolder = '_watermarks';

/** Whether the text is a tenant name: a-z and 0-9 with single hyphens inside, at most 63 characters. */
export function isTenant(text: string): boolean {
  return text.length <= limits.tenantCharacters && tenantForm.test(text);
}

/** C0 and C1 controls, DEL and the backslash. No path needs them, and attacks use them. */
const forbiddenCharacter = /[\p{Cc}\\]/u;

const emptySegment = /\/\/|\/$|^$/;
const dotSegment = /(?:^|\/)\.\.?(?:\/|$)/;

/** Finds what is wrong with the path of a source. Minting and the edge share this check. */
export function pathFault(path: string): string | undefined {
  if (!path.isWellFormed()) return 'the path is not well-formed Unicode';
  // A UTF-16 unit takes at most three bytes in UTF-8, so short paths need not be encoded to be measured.
  if (path.length * 3 > limits.pathBytes && utf8Bytes(path) > limits.pathBytes)
    return `the path is longer than ${limits.pathBytes} bytes`;
  if (forbiddenCharacter.test(path)) return 'the path has a control character or a backslash';
  if (path.startsWith('/')) return 'the path begins with a slash; leave it out';
  if (emptySegment.test(path)) return 'the path has an empty segment';
  if (dotSegment.test(path)) return 'the path has a . or .. segment';
  if (`${path}/`.startsWith(`${watermarkFolder}/`))
    return `the path begins with ${watermarkFolder}, which is reserved`;
  if (path.includes(separator)) return `the path contains ${separator}`;
  return path.endsWith('__op') || path.endsWith('__op_') ? 'the path ends in __op' : undefined;
}

/**
 * Decodes the path of a URL once. It repairs nothing: anything but percent-encoded UTF-8 is refused.
 * So is an encoded slash, because some programs read it as a slash and others do not.
 */
export function decodePath(uri: string): string {
  if (uri.includes('?')) throw malformed('the path is not percent-encoded');
  if (encodedSlash.test(uri)) throw malformed('the path has an encoded slash');
  return decodeText(uri, 'the path');
}

/**
 * Decodes a part of a URL once. A plus stays a plus. Invariant: the result has no line feed, so that
 * no field of a signed message can reach into the next one. Throws `malformed`; `what` names the part.
 */
export function decodeText(written: string, what: string): string {
  if (unescapedForm.test(written)) return written;
  if (!rawForm.test(written) || /[\\#]/.test(written))
    throw malformed(
      `${what} ${lineBreak.test(written) ? 'has a line break' : 'is not percent-encoded'}`,
    );
  if (badEscape.test(written)) throw malformed(`${what} has a % without two hex digits after it`);
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
 * Encodes a path in the one canonical way: unreserved characters (RFC 3986, section 2.3), slash and
 * comma stay, everything else becomes `%XX`. S3 would read an unencoded plus as a space.
 */
export function encodePath(target: string): string {
  // encodeURI leaves more than these.
  return encodeURI(target).replace(
    /[^\w.~,/%-]/g,
    (bare) => `%${bare.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Splits a decoded path into tenant, path and operations. Throws `malformed`. */
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

/** The path of a watermark below its tenant. No URL can have it. */
export const watermarkPath = (id: string): string => `${watermarkFolder}/${id}.png`;

/** The key of a watermark in the sources bucket. */
export function watermarkKey(tenant: string, id: string): string {
  return `${tenant}/${watermarkPath(id)}`;
}

/** The key of a source in the sources bucket. */
export function sourceKey({ tenant, path }: Pick<SourcePath, 'tenant' | 'path'>): string {
  return `${tenant}/${path}`;
}
