import { readSignature } from './profile-header.ts';
import { readTransfer, type Transfer, toSrgbLevel } from './transfer.ts';

/*
 * The curve of a grey profile: https://www.color.org/specification/ICC.1-2022-05.pdf, section 8.3.4. Colour
 * engines take it in few straight steps, which shows in the shadows of linear grey.
 */

/** CIE 1976: the same document, annex A. */
const lightnessToLight: Transfer = (lightness) => {
  const root = (100 * lightness + 16) / 116;
  return root > 6 / 29 ? root ** 3 : (root - 4 / 29) * 3 * (6 / 29) ** 2;
};

/**
 * The level in sRGB of each sample of grey, from 0 to the largest of 8 or 16 bits, by the curve of a profile that
 * has only tags that draw. Undefined if it has none.
 */
export function readGreyLevels(profile: Uint8Array, depth: 8 | 16): Uint8Array | undefined {
  const transfer = readTransfer(profile, 'kTRC');
  if (transfer === undefined) return undefined;
  const isLightness = readSignature(profile, 20) === 'Lab ';
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: most + 1 }, (_, sample) => {
    const value = transfer(sample / most);
    return toSrgbLevel(isLightness ? lightnessToLight(value) : value);
  });
}
