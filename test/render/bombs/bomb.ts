import type { RefusalCode } from '../../../shared/refusal.ts';

/** How the render of a bomb may end. */
export type BombEnd = RefusalCode | 'rendered';

/** A small file, or a request that policies allow, made to take as much time or memory as possible. */
export type Bomb = {
  readonly name: string;
  /** What it attacks. */
  readonly attacks: string;
  readonly make: () => Buffer | Promise<Buffer>;
  /** Both recipes of `usualRecipes`, if not given. */
  readonly recipes?: readonly string[];
  readonly ends: readonly BombEnd[];
  /** True if it is cheap enough for every run of the tests. */
  readonly quick?: boolean;
};

/** Decodes all pixels, and decodes as few as the decoder can. */
export const usualRecipes = ['format,f_src', 'resize,w_100__op__format,f_webp'] as const;

/** The decoder may ignore what is wrong, or the file is refused before it is decoded. */
export const drawnOrRefused: readonly BombEnd[] = [
  'rendered',
  'source_too_large',
  'source_undecodable',
];
