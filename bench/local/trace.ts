import { seeded } from '../../local/demo/paint/random.ts';
import { zipfTenants } from '../edge/zipf.ts';

/** A view of a page's picture, or an attempt to have sizes drawn that no page asks for. */
export type TraceRequest = {
  readonly source: number;
  readonly width: number;
  readonly accept: string | undefined;
  /** A query that somebody has added: ad networks, crawlers, and people who avoid caches. */
  readonly added: string | undefined;
  /** Height and quality of somebody who tries out sizes and cannot sign. */
  readonly probe?: { readonly height: number; readonly quality: number };
};

/**
 * Who asks, by their share of the views, and their Accept for images.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Content_negotiation/List_of_default_Accept_values
 */
const clients: readonly (readonly [share: number, accept: string | undefined])[] = [
  // Chrome and Edge, and Chromium builds that show JPEG XL.
  [0.56, 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'],
  [0.02, 'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'],
  // Safari since 17, Safari 14 to 15, and before.
  [
    0.2,
    'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  ],
  [0.04, 'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5'],
  [0.01, 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5'],
  // Firefox since 128, and since 92.
  [0.05, 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5'],
  [0.02, 'image/avif,image/webp,*/*'],
  // curl and many programs; crawlers of pictures; clients that send no Accept.
  [0.05, '*/*'],
  [0.03, 'image/*,*/*;q=0.8'],
  [0.02, undefined],
];

/** Widths of windows in CSS pixels, the part of them that a picture takes up, and pixels for each CSS pixel. */
const windows = [360, 375, 390, 393, 412, 414, 430, 768, 820, 1_024, 1_280, 1_366, 1_440, 1_536];
const parts = [1, 1 / 2, 1 / 3, 1 / 4];
const densities = [1, 1.5, 2, 2.625, 3];

const addedShare = 0.03;
const probeShare = 0.02;

const pick = <T>(values: readonly [T, ...T[]] | readonly T[], at: number): T =>
  values[Math.floor(at * values.length)] as T;

function pickAccept(at: number): string | undefined {
  let left = at;
  for (const [share, accept] of clients) {
    if (left < share) return accept;
    left -= share;
  }
  return undefined;
}

function pickAdded(random: () => number): string | undefined {
  if (random() >= addedShare) return undefined;
  const id = Math.floor(random() * 1e9);
  return pick(
    [`fbclid=${id}`, `v=${id}`, 'utm_source=mail', `_=${id}`, 'utm_medium=rss'],
    random(),
  );
}

/** The requests of pages with many sources, whose popularity follows Zipf's law. Seeded. */
export function makeTrace(requests: number, sources: number): readonly TraceRequest[] {
  const random = seeded(17);
  const nextSource = zipfTenants(sources);
  return Array.from({ length: requests }, () => {
    const view = { source: nextSource(), accept: pickAccept(random()), added: pickAdded(random) };
    if (random() < probeShare)
      return {
        ...view,
        width: 1 + Math.floor(random() * 4_096),
        probe: {
          height: 1 + Math.floor(random() * 4_096),
          quality: 1 + Math.floor(random() * 100),
        },
      };
    const width = pick(windows, random()) * pick(parts, random()) * pick(densities, random());
    return { ...view, width: Math.round(width) };
  });
}
