import { type Bound, bounds, browserReasons } from './bounds.ts';
import type { PixelResult } from './draw-cases.ts';
import type { Difference, Timing } from './pixel-cases.ts';

export function boundOf({ name, bound }: PixelResult): Bound {
  const found = bounds[bound];
  if (found === undefined) throw new Error(`${name} has no bound`);
  return found;
}

/** Why Chromium may show something else; undefined if it may not. */
export const browserReason = ({ name }: PixelResult): string | undefined =>
  browserReasons.find(({ cases }) => cases.test(name))?.reason;

/** The most that files can say: milliseconds of a frame, and plays. */
const longest = { delay: 65_530, plays: 65_535 } as const;

/** The times as a file can say them. */
const sayable = ({ delays, plays }: Timing): string =>
  JSON.stringify({
    delays: delays.map((delay) => Math.min(delay, longest.delay)),
    plays: Math.min(plays, longest.plays),
  });

/** What is wrong with the frames' times and the plays. */
function timingFault({ timing, expectedTiming }: Difference): string | undefined {
  const [said, wanted] = [sayable(timing), sayable(expectedTiming)];
  return said === wanted ? undefined : `times ${said}, expected ${wanted}`;
}

const pixelText = (pixel: readonly number[] | string): string =>
  typeof pixel === 'string' ? pixel : pixel.join(' ');

/** What is wrong with our picture; undefined if it is within its bound. */
export function findFault(result: PixelResult): string | undefined {
  const { name, ours, refused } = result;
  const { most } = boundOf(result);
  if (ours === undefined) return `${name}: refused, ${refused}`;
  const { error, expected, got, alpha = 0 } = ours;
  const pixels = `expected ${pixelText(expected)}, got ${pixelText(got)}`;
  if (error > most) return `${name}: ${error} of at most ${most}, ${pixels}`;
  if (alpha > 0) return `${name}: alpha is not 0 or 255 where it must be, by ${alpha}`;
  const timing = timingFault(ours);
  return timing && `${name}: ${timing}`;
}

/** A canvas keeps colours premultiplied by alpha, and rounds them twice. */
const browserRounding = 2;

/** What speaks against the expected pixels: Chromium shows something else, and no reason is known. */
export function findDoubt(result: PixelResult): string | undefined {
  const { name, browser, browserRefused } = result;
  if (browserReason(result) !== undefined) return undefined;
  if (browser === undefined) return `${name}: Chromium shows nothing, ${browserRefused}`;
  const most = Math.max(boundOf(result).most, browserRounding);
  if (browser.error > most) {
    const { error, expected, got } = browser;
    return `${name}: Chromium differs by ${error}, expected ${pixelText(expected)}, got ${pixelText(got)}`;
  }
  const timing = timingFault(browser);
  return timing && `${name}: Chromium, ${timing}`;
}
