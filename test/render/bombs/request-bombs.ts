import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { limits } from '../../../shared/limits.ts';
import { settingsOf } from '../../../shared/operations/encoders.ts';
import { flatPng } from '../encoders.ts';
import { noiseBytes } from './bit-writers.ts';
import type { Bomb } from './bomb.ts';
import { noisyGif } from './gif-encoder.ts';

/* Sound files and recipes that every policy may allow, each the most work of its kind. */

const photograph = readFileSync(
  new URL('../../../local/demo/samples/observatory.jpg', import.meta.url),
);

/** The photograph at another size, as a JPEG. */
const enlarged = (width: number, height: number) => () =>
  sharp(photograph).resize({ width, height, fit: 'fill' }).jpeg({ quality: 90 }).toBuffer();

/** The most pixels of a source, and of an answer. */
const sourcePhotograph = enlarged(8_192, 6_100);
const answerPhotograph = enlarged(8_192, 4_096);
const film = () => noisyGif(400, 200);
const clear = { width: 7_064, height: 7_064, bitDepth: 8, colorType: 6 } as const;

const ends = ['rendered', 'source_too_large'] as const;

const ask = (name: string, attacks: string, make: Bomb['make'], recipe: string): Bomb => ({
  name,
  attacks,
  make,
  recipes: [recipe],
  ends,
});

const still = (name: string, attacks: string, recipe: string): Bomb =>
  ask(`${name} of 33 megapixels`, attacks, answerPhotograph, recipe);
const largest = (name: string, attacks: string, recipe: string): Bomb =>
  ask(`${name} of 50 megapixels`, attacks, sourcePhotograph, recipe);
const moving = (name: string, attacks: string, recipe: string): Bomb =>
  ask(`${name} of 200 frames of noise`, attacks, film, recipe);

/** Noise, which costs every encoder the most. */
const noise = (width: number, height: number) => () =>
  sharp(noiseBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();

const ceilings = [
  // Of the qualities with 4:4:4, the lowest one costs the most.
  ['jpg', 'interlace,i_1__op__quality,q_90__op__format,f_jpg', noise(8_192, 4_096)],
  ['png', 'interlace,i_1__op__format,f_png', noise(8_192, 4_096)],
  ['webp', 'quality,q_100__op__format,f_webp', noise(8_192, 4_096)],
  ['avif', 'quality,q_100__op__format,f_avif', noise(8_192, 4_096)],
  ['gif', 'format,f_gif', noise(4_000, 2_500)],
] as const;

/** Noise of the most pixels for which a type gets its best setting, which takes the most time for each pixel. */
const best = (['jpg', 'jpg', 'webp', 'avif'] as const).flatMap((type, at) => {
  const quality = type === 'jpg' && at === 0 ? 89 : 100;
  const { secondsPerMpx } = settingsOf(type, quality)[0];
  const height = Math.floor(Math.sqrt((limits.encodeSeconds * 1_000_000) / secondsPerMpx / 2));
  const progressive = type === 'jpg' ? 'interlace,i_1__op__' : '';
  return ['', ',max_1'].map((limit) =>
    ask(
      `noise of the most pixels for the best ${type} of quality ${quality}${limit === '' ? '' : ' with a byte limit'}`,
      'the costliest encoder',
      noise(2 * height, height),
      `${progressive}quality,q_${quality}${limit}__op__format,f_${type}`,
    ),
  );
});

export const requestBombs: readonly Bomb[] = [
  ...best,
  ...ceilings.map(([type, recipe, make]) =>
    ask(
      `noise of the most pixels of a ${type} answer`,
      'the costliest allowed answer',
      make,
      recipe,
    ),
  ),
  still('AVIF', 'the slowest encoder', 'format,f_avif'),
  still('WebP', 'an encoder', 'format,f_webp'),
  still('progressive PNG', 'an encoder', 'interlace,i_1__op__format,f_png'),
  still(
    'WebP with a byte limit',
    'an encoder that runs again and again',
    'quality,max_1__op__format,f_webp',
  ),
  still(
    'AVIF with a byte limit',
    'an encoder that runs again and again',
    'quality,max_1__op__format,f_avif',
  ),
  still('the strongest blur', 'work for each pixel', 'blur,s_50__op__format,f_jpg'),
  still('the strongest sharpening', 'work for each pixel', 'sharpen,s_399__op__format,f_jpg'),
  largest('a turn by 45 degrees', 'a picture of twice the pixels', 'rotate,a_45__op__format,f_jpg'),
  largest(
    'the smart crop',
    'the search for a subject',
    'resize,m_fill,w_8192,h_4096,limit_0,g_smart__op__format,f_jpg',
  ),
  ask(
    'an enlargement of a crop to ten times its size',
    'pixels that the source does not have',
    sourcePhotograph,
    'crop,w_800,h_400,g_center__op__resize,p_1000,limit_0__op__format,f_avif',
  ),
  ask(
    'a trim of 50 clear megapixels',
    'a search through all pixels',
    () => flatPng(clear),
    'trim,t_255__op__format,f_jpg',
  ),
  moving('GIF', 'an encoder with a palette for each frame', 'format,f_gif'),
  moving('WebP', 'an encoder that compares frames', 'format,f_webp'),
  moving('AVIF, which becomes WebP,', 'an encoder that compares frames', 'format,f_avif'),
  moving('a watermark', 'each frame is drawn alone', 'watermark,i_m,p_100__op__format,f_gif'),
  moving('circles', 'each frame is drawn alone', 'circle,r_4096__op__format,f_webp'),
  moving('turns', 'each frame is drawn alone', 'rotate,a_45__op__format,f_webp'),
];
