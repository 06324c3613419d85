import { starterWidths } from '../../shared/policy/starter.ts';

/**
 * The policy of the demo tenant. It allows every operation, so that each of them can be tried. A real
 * tenant needs a narrower one: this one allows far too many derivatives per source.
 */
export const demoPolicy = {
  operations: {
    frames: { n: [1] },
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
      // Recipes of BOS mean limit 0 if they name no limit.
      { w: starterWidths, limit: [0, 1] },
      { h: [100, 200, 300, 400, 600, 800, 1200], limit: [0, 1] },
      { l: [200, 400, 800, 1600], limit: [0, 1] },
      { s: [200, 400, 800], limit: [0, 1] },
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
      xp: [null, 5, 10],
      yp: [null, 5, 10],
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
