/** How many names are printed of a longer list. */
const listed = 3;

/** Names in a line: `a, b, c and 197 more`. */
export function printNames(names: readonly string[]): string {
  if (names.length <= listed + 1) return names.join(', ');
  const others = (names.length - listed).toLocaleString('en-US');
  return `${names.slice(0, listed).join(', ')} and ${others} more`;
}
