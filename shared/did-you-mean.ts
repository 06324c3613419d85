import leven from 'leven';

/** Longer texts are not typing mistakes, and comparing them takes too long. */
const longest = 64;

const letters = (text: string): string => [...text].toSorted().join('');

/**
 * Counts edits. Swapped letters count as one, and so does a word for a parameter of one letter
 * (`width` for `w`).
 */
function distanceOf(written: string, known: string): number {
  if (written === known) return 0;
  // Any two single letters are one edit apart, so the distance means nothing.
  if (known.length === 1)
    return written.length > 3 && written.startsWith(known) ? 1 : Number.POSITIVE_INFINITY;
  return letters(written) === letters(known) ? 1 : leven(written, known);
}

/** The known name that was probably meant, if one is close. */
function nearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(written.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance || b.name.length - a.name.length);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, written.length / 3)
    ? best.name
    : undefined;
}

/** Ends a sentence with `; did you mean "resize"?`. Returns '' if no known name is close. */
export function didYouMean(written: unknown, names: readonly string[]): string {
  if (typeof written !== 'string' || written.length > longest) return '';
  const known = names.filter((name) => name !== '');
  const meant = nearest(written, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
