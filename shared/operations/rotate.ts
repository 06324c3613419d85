import { operation, type Size } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

/** The largest number that the grammar allows. */
const maxAngle = 9_999_999;
const transparent = { r: 255, g: 255, b: 255, alpha: 0 };

/** An upper bound of the size of a turned picture. */
function boundingBox({ width, height }: Size, degrees: number): Size {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return {
    width: Math.ceil(width * cos + height * sin) + 1,
    height: Math.ceil(width * sin + height * cos) + 1,
  };
}

export const rotate = operation({
  summary: 'Rotates the image clockwise. Empty corners become transparent, or white in a JPEG.',
  parameters: {
    a: withDefault(integer(-maxAngle, maxAngle, 'degrees, modulo 360'), 0),
  },
  example: 'rotate,a_90',
  differs: [
    'OSS takes 0 to 360 and BOS -360 to 360. Signet takes any whole number modulo 360, so that each angle has one key.',
  ],
  turnsAt: { a: [360] },
  normalise: ({ a }) => ({ a: ((a % 360) + 360) % 360 }),
  step: {
    from: 'turn',
    to: 'turn',
    secondsPerMpx: 0.04,
    // A strip of frames cannot be turned as a whole. 180 degrees keeps the size of each frame;
    // other angles do not.
    frames: ({ a }) => (a === 180 ? 'apart' : 'first'),
    turn: ({ a }) => (a % 90 === 0 ? { mirrored: false, quarters: a / 90 } : undefined),
    draw: ({ image, size }, { a }) => ({
      image: image.rotate(a, { background: transparent }),
      size: boundingBox(size, a),
      unmeasured: true,
      alpha: true,
    }),
  },
});
