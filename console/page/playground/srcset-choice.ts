/**
 * The width that Chromium takes from a srcset with `w`: that of the candidate nearest to the density of the screen,
 * where the border between two is their geometric mean (Blink, html_srcset_parser.cc). `shown` is the width of the
 * image on the page in CSS pixels, `density` the pixels of the screen for each of them.
 */
export function takenWidth(
  widths: readonly number[],
  shown: number,
  density: number,
): number | undefined {
  const sorted = widths.toSorted((one, other) => one - other);
  let taken = sorted[0];
  for (const next of sorted.slice(1)) {
    const own = (taken ?? next) / shown;
    const border = Math.sqrt(own * (next / shown));
    const tooSmall = density <= 1 ? density > own : false;
    if (density < border && !tooSmall) return taken;
    if (next / shown >= density) return next;
    taken = next;
  }
  return taken;
}
