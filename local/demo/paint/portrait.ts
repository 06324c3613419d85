import sharp from 'sharp';
import { addGrain } from './canvas.ts';
import { figure } from './portrait-figure.ts';
import { between, seeded } from './random.ts';
import { rasterised } from './vector.ts';

/** `portrait.jpg`: a bust, stored rotated as phones store it. */

const sheet = { width: 1200, height: 1600 };

/** A spray of leaves: a bent stem with a pair of leaves at every step. */
const spray = (x: number, y: number, lean: number, colour: string, vein: string): string => {
  const leaves = Array.from({ length: 8 }, (_, i) => {
    const at = -i * 62;
    const size = 118 - i * 9;
    const leaf = (side: number): string =>
      `<g transform="translate(${i * i * 1.6} ${at}) rotate(${side * (52 - i * 3)})">
        <path d="M0 0C${size * 0.34} ${-size * 0.3} ${size * 0.3} ${-size * 0.8} 0 ${-size}C${-size * 0.3} ${-size * 0.8} ${-size * 0.34} ${-size * 0.3} 0 0Z" fill="${colour}"/>
        <path d="M0 0V${-size * 0.86}" stroke="${vein}" stroke-width="3"/></g>`;
    return leaf(-1) + leaf(1);
  });
  return `<g transform="translate(${x} ${y}) rotate(${lean})"><path d="M0 60Q0 -240 90 -480" stroke="${vein}" stroke-width="6" fill="none"/>${leaves.join('')}</g>`;
};

const backdrop = (): string => `
  <defs><linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#f6d9a8"/><stop offset="1" stop-color="#e9a97c"/></linearGradient>
  <linearGradient id="sun" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f4894f"/><stop offset="1" stop-color="#e2604b"/></linearGradient></defs>
  <rect width="1200" height="1600" fill="url(#wall)"/><circle cx="610" cy="640" r="520" fill="url(#sun)"/>
  ${spray(150, 1330, -8, '#4f8a70', '#2f6355')}${spray(1060, 1340, 6, '#2f6b66', '#1d4d4f')}
  ${spray(40, 1500, -22, '#7aa874', '#4f8a70')}${spray(1170, 1500, 18, '#4f8a70', '#2f6355')}`;

/** Faint dry brush strokes over everything, so that shapes look less flat. */
const brushwork = (): string => {
  const random = seeded(31);
  const strokes = Array.from({ length: 900 }, () => {
    const [x, y] = [between(random, -60, 1200), between(random, 0, 1600)];
    const [length, bend] = [between(random, 60, 260), between(random, -26, 26)];
    const colour = random() < 0.55 ? '#fff3dc' : '#2a1838';
    return `<path d="M${x.toFixed(0)} ${y.toFixed(0)}q${(length / 2).toFixed(0)} ${bend.toFixed(0)} ${length.toFixed(0)} ${(bend * 0.4 - length * 0.3).toFixed(0)}" stroke="${colour}" stroke-width="${between(random, 3, 16).toFixed(1)}" opacity="${between(random, 0.008, 0.03).toFixed(3)}"/>`;
  });
  return `<g fill="none" stroke-linecap="round">${strokes.join('')}</g>`;
};

/** Rotates the image left by 90 degrees and adds the EXIF tag that reverses it. */
export const paintPortrait = async (scale = 1): Promise<Buffer> => {
  const upright = await rasterised(sheet, backdrop() + figure() + brushwork(), scale);
  const { data, info } = await sharp(upright)
    .removeAlpha()
    .rotate(-90)
    .raw()
    .toBuffer({ resolveWithObject: true });
  addGrain(data, info.width, 7);
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 84, mozjpeg: true })
    .toBuffer();
};
