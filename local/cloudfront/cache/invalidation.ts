/** Whether an invalidation matches an object, given its key and its tags. */
export type Matcher = (key: string, tags: readonly string[]) => boolean;

function parseItem(item: string): Matcher {
  if (item.startsWith('#')) return (_key, tags) => tags.includes(item.slice(1));
  const path = item.startsWith('/') ? item : `/${item}`;
  if (!path.endsWith('*')) return (key) => key === path;
  return (key) => key.startsWith(path.slice(0, -1));
}

/** Parses invalidation items: `/path`, `/path*` or `#tag`. A star elsewhere is a plain character. */
export function matchAny(items: readonly string[]): Matcher {
  const matchers = items.map(parseItem);
  return (key, tags) => matchers.some((matches) => matches(key, tags));
}

/** Whether an item may match an object whose tags are not known yet. */
export function mayMatch(items: readonly string[], key: string): boolean {
  return items.some((item) => item.startsWith('#')) || matchAny(items)(key, []);
}
