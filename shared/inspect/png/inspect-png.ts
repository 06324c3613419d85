import { readOrientation } from '../exif.ts';
import type { Inspected, InspectOptions } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { pngSignature, writePngChunk } from './chunks.ts';
import { countChannels } from './header.ts';
import { selectPalette, selectTransparency } from './palette.ts';
import { readPngParts } from './parts.ts';
import { selectProfile } from './profile.ts';
import { writeProfileChunk } from './profile-chunk.ts';

const still = { type: 'png', frames: 1, delays: [], loop: 0, hdr: false } as const;

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
  const profile = selectProfile(parts, inflate);
  const alpha = header.alpha || transparency !== undefined;
  const orientation = readOrientation(chunks.get('eXIf')?.data ?? new Uint8Array());
  const before = [chunks.get('IHDR')?.whole, profile && writeProfileChunk(profile)];
  const pieces = [...before, palette?.whole, transparency?.whole, pixels, writePngChunk('IEND')];
  return {
    facts: {
      ...still,
      width: header.width,
      height: header.height,
      alpha,
      orientation,
      depth: header.bits === 16 ? 16 : 8,
      channels: countChannels(header, alpha),
      profile: profile !== undefined,
    },
    bytes: joinBytes([pngSignature, ...pieces.flatMap((piece) => piece ?? [])]),
  };
}
