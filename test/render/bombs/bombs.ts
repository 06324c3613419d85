import type { Bomb } from './bomb.ts';
import { gifBombs } from './gif-bombs.ts';
import { jpegBombs } from './jpeg-bombs.ts';
import { pngBombs } from './png-bombs.ts';
import { requestBombs } from './request-bombs.ts';
import { webpBombs } from './webp-bombs.ts';

export const bombs: readonly Bomb[] = [
  ...jpegBombs,
  ...pngBombs,
  ...webpBombs,
  ...gifBombs,
  ...requestBombs,
];
