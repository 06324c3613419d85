import type { Inflate } from '../inspection.ts';
import {
  type ColourSpace,
  combineSpace,
  readChromaticities,
  readCodedSpace,
  readGamma,
} from './colour-chunks.ts';
import { brightenCurve, isNearSrgbCurve } from './curves.ts';
import { checkProfile } from './embedded-profile.ts';
import { scaleMatrix } from './matrix.ts';
import type { PngParts } from './parts.ts';
import { isNearSrgbPrimaries, toConnectionSpace } from './primaries.ts';
import { readProfileChunk } from './profile-chunk.ts';
import { makeColourProfile, makeGreyProfile } from './written-profile.ts';

/** Makes the profile of a space; undefined if decoders draw it the same without one. */
function makeProfileOf(
  { primaries, curve, light = 1 }: ColourSpace,
  grey: boolean,
): Uint8Array | undefined {
  if (grey && light !== 1) return makeGreyProfile(brightenCurve(curve, light));
  if (grey) return isNearSrgbCurve(curve) ? undefined : makeGreyProfile(curve);
  if (isNearSrgbCurve(curve) && isNearSrgbPrimaries(primaries)) return undefined;
  const matrix = toConnectionSpace(primaries);
  // A brighter curve would be cut at white before the colours are mixed.
  return matrix && makeColourProfile(scaleMatrix(matrix, light), curve);
}

/**
 * Selects the profile of a PNG; undefined if its colours are sRGB's. The first chunk that makes sense
 * decides, in the order of https://www.w3.org/TR/png-3/#color-chunk-precendence.
 */
export function selectProfile(
  { header: { grey }, chunks }: PngParts,
  inflate: Inflate,
): Uint8Array | undefined {
  const data = (type: string): Uint8Array => chunks.get(type)?.data ?? new Uint8Array();
  const coded = readCodedSpace(data('cICP'));
  if (coded) return makeProfileOf(coded, grey);
  const embedded = readProfileChunk(data('iCCP'), inflate);
  const checked = embedded && checkProfile(embedded, grey);
  if (checked) return checked;
  if (data('sRGB').length === 1) return undefined;
  const space = combineSpace(readGamma(data('gAMA')), readChromaticities(data('cHRM')));
  return space && makeProfileOf(space, grey);
}
