import { roundCorners } from './corners.ts';
import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const roundedCorners = operation({
  summary: 'Rounds the corners; what is cut off is transparent, in JPEG white.',
  parameters: { r: integer(1, 4_096, 'radius in pixels; half of the shorter side at most') },
  example: 'rounded-corners,r_40',
  differs: ['OSS leaves GIF alone; here its corners are rounded frame by frame.'],
  check: ({ r }) => (r === undefined ? 'needs r' : undefined),
  step: {
    from: 'composite',
    to: 'composite',
    frames: () => 'apart',
    draw: ({ image, size }, { r }) => {
      const radius = Math.min(r ?? 1, Math.floor(Math.min(size.width, size.height) / 2));
      return radius < 1
        ? { image, size }
        : { image: roundCorners(image, size, radius), size, alpha: true };
    },
  },
});
