import type { IncomingMessage } from 'node:http';

export type Pair = { readonly name: string; readonly value: string };

/** A request as it is signed: the path raw, the query decoded once, the headers as latin1. */
export type RawRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: readonly Pair[];
  readonly headers: ReadonlyMap<string, string>;
};

/** The request cannot be read. The server answers 400. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const badEscape = /%(?![0-9A-Fa-f]{2})/;

/** Decodes percent escapes once. Returns undefined for a broken escape or invalid UTF-8. */
export function percentDecode(text: string): string | undefined {
  if (badEscape.test(text)) return undefined;
  const bytes = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Encodes all but the unreserved characters of RFC 3986, as SigV4 requires. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Reads method, path, query and headers without correcting them. */
export function readRawRequest(message: IncomingMessage): RawRequest {
  const target = message.url ?? '';
  if (!target.startsWith('/')) throw new MalformedRequest('The request target is not a path.');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (percentDecode(path) === undefined) {
    throw new MalformedRequest('The path is not percent-encoded UTF-8.');
  }
  return {
    method: message.method ?? '',
    path,
    query: mark < 0 ? [] : parseQuery(target.slice(mark + 1)),
    headers: readHeaders(message.rawHeaders),
  };
}

function parseQuery(text: string): Pair[] {
  const parts = text.split('&').filter((part) => part !== '');
  return parts.map((part) => {
    const mark = part.indexOf('=');
    const name = decodeQuery(mark < 0 ? part : part.slice(0, mark));
    return { name, value: mark < 0 ? '' : decodeQuery(part.slice(mark + 1)) };
  });
}

function decodeQuery(text: string): string {
  const decoded = percentDecode(text.replaceAll('+', ' '));
  if (decoded === undefined) {
    throw new MalformedRequest('The query is not percent-encoded UTF-8.');
  }
  return decoded;
}

// A second host, authorization or x-amz-* line is refused, because parsers would differ on its value.
const isSingleHeader = (name: string): boolean =>
  name === 'host' || name === 'authorization' || name.startsWith('x-amz-');

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const earlier = headers.get(name);
    if (earlier !== undefined && isSingleHeader(name)) {
      throw new MalformedRequest(`The header ${name} is repeated.`);
    }
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}
