/**
 * The default widths of next/image, so that its loader works unchanged, and common round numbers. See
 * https://nextjs.org/docs/app/api-reference/components/image
 */
export const starterWidths = [
  ...[16, 32, 48, 64, 96, 128, 256, 320, 384, 480, 640, 750, 828],
  ...[960, 1080, 1200, 1280, 1600, 1920, 2048, 3840],
];

/** Boxes to fill. Each is a rule of its own, because one rule would allow every width with every height. */
const boxes = [
  [320, 240],
  [400, 300],
  [640, 480],
  [800, 600],
  [1280, 960],
  [1600, 1200],
] as const;

/**
 * The policy of a tenant that is created without one. It is enough for responsive images, and narrow: a
 * source has a few hundred derivatives at most, so that no holder of a signing key can fill a bucket by
 * mistake.
 */
export const starterPolicy = {
  operations: {
    resize: [{ w: starterWidths }, ...boxes.map(([w, h]) => ({ m: ['fill'], w: [w], h: [h] }))],
    quality: { q: [60, 75] },
    format: { f: ['auto', 'jpg'] },
    info: {},
    placeholder: { k: ['thumbhash', 'blurhash', 'lqip'] },
  },
  presets: {
    thumb: 'resize,m_fill,w_200,h_200,g_smart__op__format,f_auto',
    card: 'resize,m_fill,w_640,h_360__op__quality,q_75__op__format,f_auto',
  },
  auto: { format: ['avif', 'webp'] },
  urls: { maxLifetime: 604_800 },
};
