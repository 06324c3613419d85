import { roundCorners } from './corners.ts';
import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const circle = operation({
  summary:
    'Cuts a circle out of the middle. The area around it becomes transparent, or white in a JPEG.',
  parameters: {
    r: integer(1, 4_096, 'radius in pixels; reduced if the circle does not fit'),
  },
  example: 'circle,r_100',
  differs: [
    'As in OSS, the answer is a square of 2r + 1 pixels, and a radius that does not fit becomes (shorter side - 1) / 2.',
  ],
  check: ({ r }) => (r === undefined ? 'needs r' : undefined),
  step: {
    from: 'extract',
    to: 'composite',
    frames: () => 'apart',
    draw: ({ image, size }, { r }) => {
      const largest = Math.floor((Math.min(size.width, size.height) - 1) / 2);
      const radius = Math.min(r ?? 1, largest);
      const side = 2 * radius + 1;
      const box = {
        left: Math.floor((size.width - side) / 2),
        top: Math.floor((size.height - side) / 2),
        width: side,
        height: side,
      };
      return { image: roundCorners(image.extract(box), box, side / 2), size: box, alpha: true };
    },
  },
});
