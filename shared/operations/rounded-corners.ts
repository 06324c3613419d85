import { roundCorners } from './corners.ts';
import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const roundedCorners = operation({
  summary: 'Rounds the corners. They become transparent, or white in a JPEG.',
  parameters: {
    r: integer(1, 4_096, 'radius in pixels; reduced to half of the shorter side if larger'),
  },
  example: 'rounded-corners,r_40',
  differs: ['OSS does not round a GIF. Signet rounds each frame.'],
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
