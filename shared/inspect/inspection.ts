import type { SourceType } from '../operations/image-type.ts';
import type { Size } from '../operations/operation.ts';
import type { ColourMap } from './icc/colour-map.ts';

/** What the container of a source says. Everything is counted on the bytes that the decoder gets. */
export type SourceFacts = Size & {
  readonly type: SourceType;
  /** The frames that were kept. A still has one. */
  readonly frames: number;
  /** The decoder's page with the first frame, if it is not the first page. */
  readonly firstPage?: number;
  /** Whether the format, a frame or the palette can make a pixel transparent. */
  readonly alpha: boolean;
  /** EXIF orientation, 1 to 8. Width and height are the stored ones, before it is applied. */
  readonly orientation: number;
  /** Milliseconds per frame; empty for a still. */
  readonly delays: readonly number[];
  /** How often an animation plays; 0 is endless. */
  readonly loop: number;
  /** Bits per channel once it is decoded. */
  readonly depth: 8 | 16;
  /** Channels once it is decoded: 1 or 2 for grey, 3 or 4 for colour, 4 for CMYK. */
  readonly channels: number;
  /** Whether it has a colour profile. */
  readonly profile: boolean;
  /** Of grey with a profile: the level in sRGB of each sample that it can have, 256 or 65,536. */
  readonly levels?: Uint8Array;
  /** Of colours in 16 bits per channel with a profile: how to convert them to sRGB. */
  readonly colourMap?: ColourMap;
  /** Whether it is CMYK without a profile. */
  readonly plainInks?: true;
  /** Whether a gain map for high dynamic range was seen. It is dropped. */
  readonly hdr: boolean;
};

/** A source that is safe to decode: its facts, and its bytes with only what draws. */
export type Inspected = { readonly facts: SourceFacts; readonly bytes: Uint8Array };

/** Inflates a zlib stream: `too_large` if it has more than `most` bytes, undefined if it is damaged. */
export type Inflate = (bytes: Uint8Array, most: number) => Uint8Array | 'too_large' | undefined;

export type InspectOptions = {
  /** The most frames to keep. An animation is cut behind them. */
  readonly frames: number;
  readonly inflate: Inflate;
};
