import type { CloudFrontHeaders } from 'aws-lambda';

/** One header as it goes over the wire; repeated names are repeated lines. */
export type HeaderLine = readonly [name: string, value: string];

/** Headers that belong to one connection: CloudFront neither shows nor forwards them. */
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

/** Pairs up Node's flat list of raw headers. */
export function headerLines(rawHeaders: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    lines.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return lines;
}

/** The header map of an event: lower-case names to every value, in order. */
export function headerMap(lines: readonly HeaderLine[]): CloudFrontHeaders {
  const byName = new Map<string, { key: string; value: string }[]>();
  for (const [key, value] of lines) {
    const name = key.toLowerCase();
    if (hopByHop.has(name)) continue;
    byName.set(name, [...(byName.get(name) ?? []), { key, value }]);
  }
  // fromEntries defines own properties, so a header named __proto__ is only a header.
  return Object.fromEntries(byName);
}

/** The wire form of a header map, with lower-case names. */
export function linesOf(headers: CloudFrontHeaders): HeaderLine[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    values.map(({ value }): HeaderLine => [name, value]),
  );
}

/** All values of one header joined as HTTP joins them, or undefined. */
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
