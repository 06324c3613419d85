/** The default widths of next/image, so that its loader works unchanged, and common round numbers. */
const widths = [
  ...[16, 32, 48, 64, 96, 128, 256, 320, 384, 480, 640, 750, 828],
  ...[960, 1080, 1200, 1280, 1600, 1920, 2048, 3840],
];

/**
 * The policy of a tenant that is created without one, such as the demo tenant. It is enough for a
 * shop or a magazine, and still allows a finite number of keys per source.
 */
export const starterPolicy = {
  operations: {
    orient: { o: [0, 1] },
    crop: {
      x: { min: 0, max: 4_000, step: 10 },
      y: { min: 0, max: 4_000, step: 10 },
      w: [null, 100, 200, 300, 400, 600, 800],
      h: [null, 100, 200, 300, 400, 600, 800],
      g: ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'],
    },
    rotate: { a: [0, 45, 90, 180, 270] },
    flip: { d: ['h', 'v', 'hv'] },
    resize: [
      { w: widths },
      { h: [100, 200, 300, 400, 600, 800, 1200] },
      { l: [200, 400, 800, 1600] },
      { s: [200, 400, 800] },
      { p: [25, 50, 75, 200], limit: [0, 1] },
      {
        m: ['lfit', 'mfit', 'fill', 'pad', 'fixed'],
        w: [200, 400, 800, 1200],
        h: [200, 300, 400, 600, 800],
        limit: [0, 1],
        color: ['FFFFFF', '000000', 'F4EFE6'],
        g: [
          'center',
          'north',
          'south',
          'east',
          'west',
          'nw',
          'ne',
          'sw',
          'se',
          'smart',
          'entropy',
          'focus',
        ],
        fx: [null, 25, 30, 50, 70, 75],
        fy: [null, 25, 30, 50, 70, 75],
      },
    ],
    watermark: {
      i: ['mark'],
      g: ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'],
      x: [0, 10, 20],
      y: [0, 10, 20],
      t: [30, 50, 70, 100],
      p: [null, 10, 20, 30],
    },
    trim: { t: [10, 30] },
    indexcrop: [
      { x: [200, 400], i: { min: 0, max: 9 } },
      { y: [200, 400], i: { min: 0, max: 9 } },
    ],
    bright: { b: { min: -100, max: 100, step: 10 } },
    contrast: { c: { min: -100, max: 100, step: 10 } },
    saturate: { s: { min: -100, max: 100, step: 10 } },
    grayscale: {},
    tint: { color: ['C08040', '4060A0'] },
    'rounded-corners': { r: [10, 20, 40] },
    circle: { r: [50, 100, 200] },
    background: { color: ['FFFFFF', '000000', 'F4EFE6'] },
    interlace: { i: [0, 1] },
    info: {},
    'average-hue': {},
    placeholder: { k: ['thumbhash', 'blurhash', 'lqip'] },
    blur: { s: { min: 1, max: 50 } },
    sharpen: { s: [50, 100, 200] },
    quality: { q: [40, 50, 60, 70, 75, 80, 90] },
    format: { f: ['auto', 'jpg', 'png', 'webp', 'avif', 'gif'] },
  },
  presets: {
    thumb: 'resize,m_fill,w_200,h_200,g_smart__op__format,f_auto',
    card: 'resize,m_fill,w_640,h_360__op__quality,q_75__op__format,f_auto',
  },
  auto: { format: ['avif', 'webp'] },
  urls: { maxLifetime: 604_800 },
};
