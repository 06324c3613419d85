import type { SourceType } from '../operations/image-type.ts';
import { inspectGif } from './gif/inspect-gif.ts';
import type { Inspected, InspectOptions } from './inspection.ts';
import { inspectJpeg } from './jpeg/inspect-jpeg.ts';
import { inspectPng } from './png/inspect-png.ts';
import { inspectWebp } from './webp/inspect-webp.ts';

type Inspect = (bytes: Uint8Array, options: InspectOptions) => Inspected;

const inspectors: Readonly<Record<SourceType, Inspect>> = {
  jpg: inspectJpeg,
  png: inspectPng,
  webp: inspectWebp,
  gif: inspectGif,
};

/**
 * Walks once over the container of a source and writes it again with only what draws. No decoder sees
 * a byte that this did not write. Throws `source_undecodable`, `source_unsupported`, and
 * `source_too_large` for a structure that is too costly to decode.
 */
export function inspect(type: SourceType, bytes: Uint8Array, options: InspectOptions): Inspected {
  return inspectors[type](bytes, options);
}
