/**
 * The width that Chromium takes from a srcset with `w`: the smallest with at least as many pixels as the screen has
 * for the image, otherwise the largest. `shown` is the width of the image on the page in CSS pixels, `density` the
 * pixels of the screen for each of them. HTML leaves the choice to browsers.
 */
export function takenWidth(
  widths: readonly number[],
  shown: number,
  density: number,
): number | undefined {
  const sorted = widths.toSorted((one, other) => one - other);
  return sorted.find((width) => width / shown >= density) ?? sorted.at(-1);
}
