/** Says whether an object, by its key and its tags, falls under an invalidation. */
export type Matcher = (key: string, tags: readonly string[]) => boolean;

function matcher(item: string): Matcher {
  if (item.startsWith('#')) return (_key, tags) => tags.includes(item.slice(1));
  const path = item.startsWith('/') ? item : `/${item}`;
  if (!path.endsWith('*')) return (key) => key === path;
  return (key) => key.startsWith(path.slice(0, -1));
}

/** Reads invalidation items: `/path`, `/path*` or `#tag`; a star elsewhere is only a character. */
export function anyOf(items: readonly string[]): Matcher {
  const matchers = items.map(matcher);
  return (key, tags) => matchers.some((matches) => matches(key, tags));
}

/** Whether an item can touch an object whose tags are not known yet. */
export function mayTouch(items: readonly string[], key: string): boolean {
  return items.some((item) => item.startsWith('#')) || anyOf(items)(key, []);
}
