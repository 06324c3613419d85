import { readOrientation } from '../exif.ts';
import { keepDrawingTags } from '../icc/drawing-tags.ts';
import { isProfileOf } from '../icc/profile-header.ts';
import type { Inspected, InspectOptions, SourceFacts } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { isOpaqueFrame, writeAnimation } from './animation.ts';
import { isImageChunk, readWebpImage, type WebpImage } from './bitstream.ts';
import { type ExtendedWebp, hasWebpFlag, readExtendedWebp, webpFlags } from './extended.ts';
import {
  damagedWebp,
  littleEndian,
  openRiff,
  type RiffChunk,
  readRiffChunks,
  writeRiff,
  writeRiffChunk,
} from './riff.ts';

/** What a still without animation, orientation and profile says. */
const plainFacts = {
  type: 'webp',
  frames: 1,
  orientation: 1,
  delays: [],
  loop: 0,
  depth: 8,
  profile: false,
  hdr: false,
} as const;

const alphaFacts = (alpha: boolean) => ({ alpha, channels: alpha ? 4 : 3 });

const writeImage = ({ chunks }: WebpImage): readonly Uint8Array[] =>
  chunks.flatMap(({ name, data }) => writeRiffChunk(name, [data]));

/** The simple format is one bitstream. Chunks behind it do not count. */
function inspectSimple(first: RiffChunk): Inspected {
  if (first.name === 'ALPH' || !isImageChunk(first)) throw damagedWebp('no bitstream');
  const image = readWebpImage(first, undefined);
  const { width, height, alpha } = image;
  return {
    facts: { ...plainFacts, width, height, ...alphaFacts(alpha) },
    bytes: joinBytes(writeRiff(writeImage(image))),
  };
}

const exifPrefix = 'Exif\0\0';

/** Some writers put the prefix of JPEG before the TIFF header. */
function orientationOf(exif: Uint8Array | undefined): number {
  if (exif === undefined) return 1;
  const start = String.fromCharCode(...exif.subarray(0, exifPrefix.length));
  return readOrientation(start === exifPrefix ? exif.subarray(exifPrefix.length) : exif);
}

/** The pixels of an extended WebP: its chunks, and what they say. */
type Pixels = {
  readonly chunks: readonly Uint8Array[];
  readonly flags: number;
  readonly facts: Pick<SourceFacts, 'alpha' | 'frames' | 'delays' | 'loop'>;
};

/**
 * Without the flag a still is opaque. libwebp then ignores ALPH, and browsers ignore the alpha
 * channel of a lossless bitstream.
 */
function readStill({ canvas, flags, image }: ExtendedWebp): Pixels {
  if (image === undefined) throw damagedWebp('a still without bitstream');
  if (image.width !== canvas.width || image.height !== canvas.height)
    throw damagedWebp('a still whose canvas is not its frame');
  const alpha = image.alpha && hasWebpFlag(flags, 'alpha');
  const chunks = image.chunks.filter(({ name }) => alpha || name !== 'ALPH');
  const { frames, delays, loop } = plainFacts;
  return {
    chunks: writeImage({ ...image, chunks }),
    flags: 0,
    facts: { alpha, frames, delays, loop },
  };
}

/** The canvas is transparent where no frame covers it. */
function readAnimation({ canvas, frames, playback }: ExtendedWebp): Pixels {
  if (frames.length === 0 || playback === undefined)
    throw damagedWebp('an animation without frames');
  return {
    chunks: writeAnimation(playback, frames),
    flags: webpFlags.animation,
    facts: {
      alpha: !frames.every((frame) => isOpaqueFrame(frame, canvas)),
      frames: frames.length,
      delays: frames.length > 1 ? frames.map(({ delay }) => delay) : [],
      loop: frames.length > 1 ? playback.loop : plainFacts.loop,
    },
  };
}

function inspectExtended(extended: ExtendedWebp): Inspected {
  const { width, height } = extended.canvas;
  const { chunks, flags, facts } = hasWebpFlag(extended.flags, 'animation')
    ? readAnimation(extended)
    : readStill(extended);
  const profile = [extended.profile ?? new Uint8Array()]
    .filter((data) => isProfileOf('RGB ', data))
    .flatMap((data) => keepDrawingTags(data) ?? []);
  // libvips cannot turn a strip of frames, so an animation is drawn as it is stored.
  const orientation = facts.frames > 1 ? 1 : orientationOf(extended.exif);
  const written =
    flags | (facts.alpha ? webpFlags.alpha : 0) | (profile.length > 0 ? webpFlags.profile : 0);
  const header = [
    littleEndian(written, 4),
    littleEndian(width - 1, 3),
    littleEndian(height - 1, 3),
  ];
  return {
    facts: {
      ...plainFacts,
      width,
      height,
      ...facts,
      ...alphaFacts(facts.alpha),
      orientation,
      profile: profile.length > 0,
    },
    bytes: joinBytes(
      writeRiff([
        ...writeRiffChunk('VP8X', header),
        ...profile.flatMap((data) => writeRiffChunk('ICCP', [data])),
        ...chunks,
      ]),
    ),
  };
}

/**
 * Reads the chunks of a WebP, and writes those again that draw: VP8X, ICCP, ANIM, frames or
 * bitstream. Frames behind `frames` are cut.
 */
export function inspectWebp(
  bytes: Uint8Array,
  { frames }: Pick<InspectOptions, 'frames'>,
): Inspected {
  const chunks = readRiffChunks(openRiff(bytes));
  const first = chunks.next();
  if (first.done === true) throw damagedWebp('no chunk');
  if (first.value.name !== 'VP8X') return inspectSimple(first.value);
  return inspectExtended(readExtendedWebp(first.value, chunks, frames));
}
