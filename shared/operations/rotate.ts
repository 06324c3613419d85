import { operation, type Size } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

/** The largest number that the grammar can write. */
const maxAngle = 9_999_999;
const transparent = { r: 255, g: 255, b: 255, alpha: 0 };

/** What a turned picture needs at most. */
function boundingBox({ width, height }: Size, degrees: number): Size {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return {
    width: Math.ceil(width * cos + height * sin) + 1,
    height: Math.ceil(width * sin + height * cos) + 1,
  };
}

export const rotate = operation({
  summary: 'Turns the image clockwise; corners that open up are transparent, in JPEG white.',
  parameters: {
    a: withDefault(integer(-maxAngle, maxAngle, 'degrees, taken modulo 360'), 0),
  },
  example: 'rotate,a_90',
  differs: [
    'OSS and BOS take one turn (0 to 360, -360 to 360); here any whole number is taken modulo 360, so that each turn has one key.',
  ],
  turnsAt: { a: [360] },
  normalise: ({ a }) => ({ a: ((a % 360) + 360) % 360 }),
  step: {
    from: 'turn',
    to: 'turn',
    // A strip of frames can be turned as a whole by no angle, frame by frame by this one alone.
    frames: ({ a }) => (a === 180 ? 'apart' : 'first'),
    draw: ({ image, size }, { a }) => {
      if (a === 180) return { image: image.rotate(180), size };
      const turned = { width: size.height, height: size.width };
      if (a % 90 === 0) return { image: image.rotate(a), size: turned };
      return {
        image: image.rotate(a, { background: transparent }),
        size: boundingBox(size, a),
        unmeasured: true,
        alpha: true,
      };
    },
  },
});
