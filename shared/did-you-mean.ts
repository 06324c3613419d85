import leven from 'leven';

/** What is longer is no slip of the pen, and not worth the time to compare. */
const longest = 64;

const letters = (text: string): string => [...text].toSorted().join('');

/** Letters that changed places are one slip, and so is a word for a parameter's one letter. */
function distanceOf(written: string, known: string): number {
  if (written === known) return 0;
  // Any two letters are one slip apart, which says nothing.
  if (known.length === 1)
    return written.length > 3 && written.startsWith(known) ? 1 : Number.POSITIVE_INFINITY;
  return letters(written) === letters(known) ? 1 : leven(written, known);
}

/** The known name that was probably meant, if one is near. */
function nearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(written.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance || b.name.length - a.name.length);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, written.length / 3)
    ? best.name
    : undefined;
}

/** `; did you mean "resize"?`, the end of a sentence; nothing where no known name is near. */
export function didYouMean(written: unknown, names: readonly string[]): string {
  if (typeof written !== 'string' || written.length > longest) return '';
  const known = names.filter((name) => name !== '');
  const meant = nearest(written, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
