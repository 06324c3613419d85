/** CloudFront's limits: path and query together, and the whole request head. */
export const maxTargetBytes = 8_192;
export const maxHeadBytes = 20_480;

/** The parts of a request target, unchanged. */
export type RequestTarget = {
  readonly uri: string;
  readonly querystring: string;
  /** The authority of an absolute-form target, which overrides the Host header. */
  readonly authority: string | undefined;
};

const printable = /^[\x21-\x7e]*$/;
const absolute = /^https?:\/\/([^/?#]+)/i;

/**
 * Splits a target without decoding or normalising it. The edge function must see the bytes that were
 * sent; otherwise an attacker could make it check a different path than the origin reads.
 */
export function splitRequestTarget(target: string): RequestTarget | undefined {
  if (!printable.test(target)) return undefined;
  const [prefix = '', authority] = absolute.exec(target) ?? [];
  const rest = target.slice(prefix.length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  const uri = path === '' && authority !== undefined ? '/' : path;
  if (!uri.startsWith('/')) return undefined;
  return { uri, querystring: mark === -1 ? '' : rest.slice(mark + 1), authority };
}
