import sharp from 'sharp';
import type { Sheet } from './vector.ts';
import { rasterised } from './vector.ts';

/** `tide.gif`: waves at sundown. Every motion has whole cycles, so the loop is seamless. */

const sheet: Sheet = { width: 480, height: 320 };
const frames = 24;
const whole = 2 * Math.PI;

interface Wave {
  readonly level: number;
  readonly swing: number;
  /** Crests across the picture and crests passing per loop, both whole numbers. */
  readonly crests: number;
  readonly passes: number;
  readonly colour: string;
  readonly foam: number;
}

const waves: readonly Wave[] = [
  { level: 196, swing: 3, crests: 4, passes: 1, colour: '#e8836b', foam: 0 },
  { level: 210, swing: 5, crests: 3, passes: -1, colour: '#b8586f', foam: 1.2 },
  { level: 230, swing: 8, crests: 2, passes: 1, colour: '#743f6f', foam: 1.6 },
  { level: 256, swing: 10, crests: 2, passes: -1, colour: '#432f5e', foam: 2 },
  { level: 284, swing: 12, crests: 1, passes: 1, colour: '#261f45', foam: 2.6 },
];

const surface = (wave: Wave, x: number, time: number): number => {
  const angle = whole * ((wave.crests * x) / sheet.width - wave.passes * time);
  const swell = Math.sin(whole * time + wave.level);
  return (
    wave.level +
    wave.swing * (0.8 * Math.sin(angle) + 0.28 * Math.sin(2 * angle + 0.9)) +
    2.5 * swell
  );
};

const crest = (wave: Wave, time: number): string =>
  Array.from({ length: 61 }, (_, i) => `${i * 8} ${surface(wave, i * 8, time).toFixed(2)}`).join(
    'L',
  );

/** Foam on the crests, less in the troughs. */
const foam = (wave: Wave, time: number): string => {
  const dashes = Array.from({ length: wave.crests }, (_, i) => {
    const middle = (((i + 0.75 + wave.passes * time) / wave.crests) % 1) * sheet.width;
    return [-sheet.width, 0, sheet.width].map((shift) => {
      const points = Array.from({ length: 15 }, (__, step) => {
        const x = middle + shift + ((step - 7) * 9) / Math.sqrt(wave.crests);
        return `${x.toFixed(1)} ${(surface(wave, x, time) + 1).toFixed(2)}`;
      });
      return `M${points.join('L')}`;
    });
  });
  return `<path d="${dashes.flat().join('')}" fill="none" stroke="#ffe3c4" stroke-width="${wave.foam}" stroke-linecap="round"/>`;
};

const sea = (wave: Wave, time: number): string =>
  `<path d="M0 330L${crest(wave, time)}L480 330Z" fill="${wave.colour}"/>${wave.foam > 0 ? foam(wave, time) : ''}`;

const sky = (): string => {
  const bands = ['#2f2a5c', '#53356c', '#86436f', '#c0576b', '#ea7f62', '#f7a866', '#fbc97c'];
  const rings = bands.map((colour, i) => {
    const radius = 330 - i * 42;
    return `<circle cx="300" cy="196" r="${radius}" fill="${colour}"/>`;
  });
  return `<rect width="480" height="320" fill="#231f4b"/>${rings.join('')}<circle cx="300" cy="190" r="50" fill="#fff0c9"/>`;
};

/** The reflection of the sun on the water: bars of changing length. */
const glitter = (time: number): string =>
  Array.from({ length: 6 }, (_, i) => {
    const breath = 0.75 + 0.25 * Math.sin(whole * time + i * 1.3);
    const half = (56 - i * 7) * breath;
    return `<rect x="${300 - half}" y="${199 + i * 4.4}" width="${half * 2}" height="2.2" rx="1.1" fill="#ffe3b0"/>`;
  }).join('');

/** Overlaid beams of three lengths: a fade with few colours. */
const beam = (x: number, lamp: number): string => {
  const wide = (x - 52) * 0.17;
  return `<path d="M52 87L${x} ${80 - wide}V${86 + wide}L52 90z" fill="#ffe9a8" opacity="${(0.13 * lamp).toFixed(2)}"/>`;
};

const headland = (time: number): string => {
  const lamp = 0.55 + 0.45 * Math.sin(whole * time);
  return `<path d="M0 210V150l26 -14 22 6 18 22 26 8 22 22 30 16z" fill="#3a2350"/>
    <path d="M37 140l3 -44h14l3 48z" fill="#f4d8c0"/><path d="M38.2 124h17.6l.8 9h-19.2z M39.3 108h15.3l.6 8h-16.500z" fill="#d2495c"/>
    <path d="M36 96h22v-3h-22z M40 93h14v-10h-14z M38 83h18l-9 -8z" fill="#3a2350"/>
    <rect x="42" y="85" width="10" height="7" fill="#ffe9a8" opacity="${(0.35 + 0.65 * lamp).toFixed(2)}"/>
    ${[190, 150, 110].map((x) => beam(x, lamp)).join('')}`;
};

const boat = (wave: Wave, time: number): string => {
  const x = 178 + 5 * Math.sin(whole * time);
  const lean =
    (Math.atan2(surface(wave, x + 16, time) - surface(wave, x - 16, time), 32) * 180) / Math.PI;
  return `<g transform="translate(${x.toFixed(2)} ${(surface(wave, x, time) + 3).toFixed(2)}) rotate(${(lean * 0.8).toFixed(2)})">
    <path d="M-2 -14L-2 -62L-30 -16z" fill="#fff4e2"/><path d="M3 -14L2 -56L26 -16z" fill="#f3c9a8"/>
    <path d="M-34 -12H34L22 5H-24z" fill="#e2574c"/><path d="M-34 -12H34l-2.6 4H-32z" fill="#fff4e2"/></g>`;
};

const gulls = (time: number): string =>
  [
    [392, 74, 0],
    [424, 92, 0.35],
    [366, 98, 0.6],
  ]
    .map(([x = 0, y = 0, late = 0]) => {
      const flap = 4 * Math.sin(whole * (2 * time + late));
      const lift = y + 3 * Math.sin(whole * (time + late));
      return `<path d="M${x - 12} ${(lift - flap).toFixed(1)}q7 -4 12 ${(4 + flap).toFixed(1)}q5 ${(-8 - flap).toFixed(1)} 12 ${(-4 - flap).toFixed(1)}" fill="none" stroke="#2f2a5c" stroke-width="2.2" stroke-linecap="round"/>`;
    })
    .join('');

const frame = (index: number): string => {
  const time = index / frames;
  const water = waves.map(
    (wave, i) =>
      (i === 3 ? boat(wave, time) : '') + sea(wave, time) + (i === 0 ? glitter(time) : ''),
  );
  return sky() + gulls(time) + headland(time) + water.join('');
};

/** The lamp pauses at its brightest and at its darkest. */
const delays = Array.from({ length: frames }, (_, i) => (i % 12 === 6 ? 120 : 80));

export const paintTide = async (scale = 1): Promise<Buffer> => {
  const pages = await Promise.all(
    Array.from({ length: frames }, (_, i) => rasterised(sheet, frame(i), scale)),
  );
  return sharp(pages, { join: { animated: true } })
    .gif({ loop: 0, delay: delays, colours: 64, dither: 0, effort: 10, interFrameMaxError: 2 })
    .toBuffer();
};
