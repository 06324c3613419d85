import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';
import { uprightTurn } from './turn.ts';

export const orient = operation({
  summary:
    'Turns the image upright according to its EXIF orientation. Signet always does this unless the URL has `o_0`.',
  parameters: {
    o: withDefault(integer(0, 1, '1 turns the image upright, 0 leaves it as it is stored'), 1),
  },
  example: 'orient,o_0',
  aliases: ['auto-orient'],
  differs: [
    'OSS and BOS turn an image only if the URL says so. Signet always does, because users expect upright photos.',
    'It always runs first. `o_2` of BOS, which turns the image after scaling, is not supported.',
  ],
  always: true,
  order: 'free',
  step: {
    from: 'flip',
    to: 'turn',
    frames: () => 'together',
    // Cameras do not store animations sideways, and sharp cannot turn a strip of frames.
    turn: ({ o }, { orientation, frames }) =>
      frames > 1 || o === 0 || orientation === 1 ? undefined : uprightTurn(orientation),
  },
});
