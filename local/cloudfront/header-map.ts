import type { CloudFrontHeaders } from 'aws-lambda';

/** One header line. A repeated header has several lines. */
export type HeaderLine = readonly [name: string, value: string];

/** Hop-by-hop headers. CloudFront neither shows nor forwards them. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/** Converts Node's flat list of raw headers to lines. */
export function headerLines(rawHeaders: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    lines.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return lines;
}

/** Converts header lines to an event's header map: lower-case names to all values, in order. */
export function headerMap(lines: readonly HeaderLine[]): CloudFrontHeaders {
  const byName = new Map<string, { key: string; value: string }[]>();
  for (const [key, value] of lines) {
    const name = key.toLowerCase();
    if (hopByHop.has(name)) continue;
    byName.set(name, [...(byName.get(name) ?? []), { key, value }]);
  }
  // fromEntries defines own properties, so a header named __proto__ does no harm.
  return Object.fromEntries(byName);
}

/** Converts a header map to header lines with lower-case names. */
export function toHeaderLines(headers: CloudFrontHeaders): HeaderLine[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    values.map(({ value }): HeaderLine => [name, value]),
  );
}

/** All values of a header joined with commas, or undefined if it is absent. */
export function headerValue(lines: readonly HeaderLine[], name: string): string | undefined {
  const values = lines.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The lines without the named headers. */
export function withoutHeaders(
  lines: readonly HeaderLine[],
  names: readonly string[],
): HeaderLine[] {
  return lines.filter(([name]) => !names.includes(name.toLowerCase()));
}
