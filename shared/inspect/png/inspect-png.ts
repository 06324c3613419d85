import { readOrientation } from '../exif.ts';
import { readColourMap } from '../icc/colour-map.ts';
import { readGreyLevels } from '../icc/grey-levels.ts';
import type { Inflate, Inspected, InspectOptions } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { pngSignature, writePngChunk } from './chunks.ts';
import { countChannels } from './header.ts';
import { selectPalette, selectTransparency, writePalette } from './palette.ts';
import { type PngParts, readPngParts } from './parts.ts';
import { selectProfile } from './profile.ts';
import { writeProfileChunk } from './profile-chunk.ts';

const still = { type: 'png', frames: 1, delays: [], loop: 0, hdr: false } as const;

/** Reads the profile, and what it says of grey and of 16 bits, which the decoder would convert badly. */
function readColours(parts: PngParts, inflate: Inflate) {
  const { bits, grey } = parts.header;
  const depth = bits === 16 ? 16 : 8;
  const selected = selectProfile(parts, inflate);
  const levels = grey && selected ? readGreyLevels(selected, depth) : undefined;
  const colourMap = !grey && selected && depth === 16 ? readColourMap(selected) : undefined;
  // Browsers take a profile for grey by its curve, or not at all.
  const profile = grey && levels === undefined ? undefined : selected;
  const facts = { depth, profile: profile !== undefined } as const;
  return {
    profile,
    facts: { ...facts, ...(levels && { levels }), ...(colourMap && { colourMap }) },
  };
}

/**
 * Inspects a PNG: https://www.w3.org/TR/png-3/. Writes it again with its header, its pixels, what
 * maps them to colours, and one profile instead of its colour chunks. Of an animation the still
 * picture remains, because the chunks of its frames go like all others.
 */
export function inspectPng(
  bytes: Uint8Array,
  { inflate }: Pick<InspectOptions, 'inflate'>,
): Inspected {
  const parts = readPngParts(bytes);
  const { header, chunks, pixels } = parts;
  const palette = selectPalette(parts);
  const transparency = selectTransparency(parts, palette);
  const colours = readColours(parts, inflate);
  const alpha = header.alpha || transparency !== undefined;
  const orientation = readOrientation(chunks.get('eXIf')?.data ?? new Uint8Array());
  const before = [chunks.get('IHDR')?.whole, colours.profile && writeProfileChunk(colours.profile)];
  const map = palette ? writePalette(header, palette, transparency) : [transparency?.whole];
  const pieces = [...before, ...map, pixels, writePngChunk('IEND')];
  return {
    facts: {
      ...still,
      width: header.width,
      height: header.height,
      alpha,
      orientation,
      channels: countChannels(header, alpha),
      ...colours.facts,
    },
    bytes: joinBytes([pngSignature, ...pieces.flatMap((piece) => piece ?? [])]),
  };
}
