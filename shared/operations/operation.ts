import type { Sharp } from 'sharp';
import type { ImageType } from './image-type.ts';
import type { Parameter, ValueOf } from './parameter.ts';

export type Parameters = Readonly<Record<string, Parameter>>;
export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: ValueOf<P[Name]> };

/**
 * The values of `format`: a type, `src` for the type of the source, or `auto` for the best one in
 * Accept.
 */
export type Format = ImageType | 'src' | 'auto';

/** In pixels. For an animation, the size of one frame. */
export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Box = Size & { readonly left: number; readonly top: number };

/** A turn by a multiple of 90 degrees: mirrored left to right if `mirrored`, then turned clockwise. */
export type Turn = { readonly mirrored: boolean; readonly quarters: number };

/**
 * How the pixels of a chain differ from the picture that a step draws on. It is made up for as late as possible, so
 * that a decoder can shrink a picture that is turned or grey.
 */
export type Stored = {
  /** The turn that is still to be drawn, if any. */
  readonly turn: Turn | undefined;
  /** There is one channel of grey, without the other colours. */
  readonly grey: boolean;
  /** The decoder of WebP has not run yet and can scale while it decodes. */
  readonly webp: boolean;
};

/** The picture during rendering. `size` is that of the turned picture. */
export type Canvas = { readonly image: Sharp; readonly size: Size; readonly stored: Stored };

/** What a step can know about the picture besides its pixels. */
export type Scene = {
  readonly frames: number;
  /** The focal point that is stored with the source, in per cent. */
  readonly focus: Point | undefined;
  /** EXIF orientation, 1 to 8. From 5 on, width and height are swapped. */
  readonly orientation: number;
  /** The watermark that the recipe names, once its header is checked. */
  readonly mark: Mark | undefined;
};

/** A watermark, ready to draw. */
export type Mark = {
  readonly size: Size;
  /** Returns its RGBA pixels in this size, at an opacity from 0 to 1. */
  readonly draw: (size: Size, opacity: number) => Promise<Buffer>;
};

/** A source for operations that answer with JSON: its first frame, upright. */
export type Subject = {
  readonly facts: {
    readonly format: string;
    readonly width: number;
    readonly height: number;
    readonly frames: number;
    readonly alpha: boolean;
    readonly bytes: number;
    /** Only of a source with a gain map for high dynamic range. */
    readonly hdr?: true;
  };
  /** Returns its RGBA pixels in this size. */
  readonly pixels: (size: Size) => Promise<{ readonly data: Uint8Array }>;
  /** Return it in this size as a ThumbHash in base64, and as a BlurHash. */
  readonly thumbhash: (size: Size) => Promise<string>;
  readonly blurhash: (size: Size) => Promise<string>;
  /** Returns it in this size as a data URL. */
  readonly tiny: (size: Size) => Promise<string>;
};

/** The picture after a step. */
export type Drawn = Pick<Canvas, 'image' | 'size'> & {
  /** The turn of the stored pixels has been drawn. */
  readonly turned?: true;
  /** Draws the rest of the step in a new chain. */
  readonly rest?: (canvas: Canvas) => Drawn | Promise<Drawn>;
  /** The size is only an upper bound. The renderer must read the real size from sharp. */
  readonly unmeasured?: true;
  /** Whether the picture can have transparent pixels now; unchanged if left out. */
  readonly alpha?: boolean;
};

/**
 * The order in which sharp runs the calls of one chain, regardless of their order in the code
 * (sharp/src/pipeline.cc). A step that would not run after the last one starts a new chain.
 */
export const sharpOrder = [
  'trim',
  'extract',
  'flatten',
  'resize',
  'flip',
  'turn',
  'extractAfter',
  'extend',
  'blur',
  'modulate',
  'sharpen',
  'composite',
  'linear',
  'tint',
] as const;
export type SharpStage = (typeof sharpOrder)[number];

/** How a step treats an animation: as one tall strip, frame by frame, or the first frame only. */
export type Frames = 'together' | 'apart' | 'first';

/**
 * Runs one call of sharp on a picture. A picture that can have transparent pixels is drawn apart, so that what
 * they hide is not mixed into visible pixels. `drawn` is the size afterwards.
 */
export type DrawMixed = (
  canvas: Canvas,
  drawn: Size,
  call: (image: Sharp) => Sharp,
) => Promise<Sharp>;

/** For calls of sharp that mix each pixel with its neighbours. */
export type Mixer = {
  /** Mixes colours by their alpha, and alpha too. */
  readonly mixPixels: DrawMixed;
  /** Draws on the colours alone. Alpha stays as it is. */
  readonly mixColours: DrawMixed;
};

/** How an operation draws. */
export type Step<P extends Parameters> = {
  /** The first and the last of sharp's stages that the step uses. */
  readonly from: SharpStage;
  readonly to: SharpStage;
  /**
   * CPU seconds on one core for a million pixels of the larger picture before or after the step, as
   * measured; 0.01 if left out. A recipe whose steps could not end in time is refused before it is drawn.
   */
  readonly secondsPerMpx?: number;
  /** The same for what `mixPixels` adds for a picture with alpha, with 16 bits per channel. */
  mixingSecondsPerMpx?(values: ValuesOf<P>): number;
  frames(values: ValuesOf<P>): Frames;
  /**
   * Draws on the pixels as they are stored, and takes the turn from `canvas.stored`. For other steps the picture is
   * turned and its colours are added before.
   */
  readonly onStored?: true;
  /** The turn, if that is all that the step does with these values. `draw` is not called then. */
  turn?(values: ValuesOf<P>, scene: Scene): Turn | undefined;
  /** The id of the watermark that the step needs. */
  watermark?(values: ValuesOf<P>): string | undefined;
  /** Adds the step to the chain. Left out by a step that only turns. */
  draw?(canvas: Canvas, values: ValuesOf<P>, scene: Scene, mixer: Mixer): Drawn | Promise<Drawn>;
};

/** Options that operations set for the encoder. */
export type EncodingOptions = {
  /** On the scale that all types share. */
  readonly quality: number;
  readonly progressive: boolean;
  /** The most bytes of the answer; undefined for no limit. */
  readonly maxBytes: number | undefined;
};

/** The owners of the two query spellings. */
export type Owner = 'OSS' | 'BOS';

/** How an owner writes one parameter, where that is not how the suffix writes it. */
export type OwnerParameter = {
  /** Returns the parameters of the suffix that say the same. Throws `malformed`. */
  readonly read?: (value: string) => Readonly<Record<string, string>>;
  /** Why the parameter is not served, and what to write instead. One sentence. */
  readonly refused?: string;
};

/** How an owner writes an operation, where that is not how the suffix writes it. */
export type Dialect = {
  readonly parameters?: Readonly<Record<string, OwnerParameter>>;
  /** In order: the first of these that is written counts, and the later ones are ignored; a list counts as one. */
  readonly rivals?: readonly (readonly string[])[];
  /** Values that a parameter has with this owner if it is left out, as the suffix writes them. */
  readonly defaults?: Readonly<Record<string, string>>;
};

/** How answers differ from what an owner documents, one sentence each. */
export type OwnerNotes = {
  /** About every answer. */
  readonly always?: string;
  /** About answers to a recipe with this parameter; '' for a value without a difference. */
  readonly parameters?: Readonly<Record<string, string | ((value: string) => string)>>;
  /** About answers to a recipe without this parameter, for which `defaults` has a value. */
  readonly defaults?: Readonly<Record<string, string>>;
};

/**
 * Where an operation may appear in a spelling of OSS or BOS, which run operations as written: `free`
 * may appear anywhere. `moves` only moves pixels and `colours` only changes each pixel by itself, so
 * these two may swap. So may `scales`, which scales the whole image, and `relative`, whose sizes and
 * distances are all in per cent of the image.
 */
export type Order = 'free' | 'moves' | 'colours' | 'scales' | 'relative';

/** One row of the operations table, with everything about one operation. */
export type Operation<P extends Parameters = Parameters> = {
  /** One line of documentation. */
  readonly summary: string;
  /** In the order in which keys print them. */
  readonly parameters: P;
  /** As written in a URL. A test renders it. */
  readonly example: string;
  /** Other names for the operation and for its parameters, in every spelling. */
  readonly aliases?: readonly string[];
  readonly parameterAliases?: Readonly<Record<string, keyof P & string>>;
  /** Does not change the image and needs no entry in a policy. */
  readonly free?: true;
  /** False if grants do not cover it, because the holder of a grant could use any number of values. */
  readonly grantable?: false;
  /** Its value names a revision of the source, so the answer never changes. */
  readonly revision?: true;
  /** Has an effect even if none of its parameters is given. */
  readonly withoutValues?: true;
  /** How it differs from OSS and BOS, and why. One sentence or two for each difference. */
  readonly differs?: readonly string[];
  /** How the owners of the query spellings write the operation. */
  readonly dialects?: Readonly<Partial<Record<Owner, Dialect>>>;
  /** What `mint` and `explain` say about a recipe in a query spelling. */
  readonly notes?: Readonly<Partial<Record<Owner, OwnerNotes>>>;
  /** Without a value, the order in a query spelling must be the one of the table. */
  readonly order?: Order;
  /** The same for an order that depends on the values. */
  orderOf?(values: ValuesOf<P>): Order | undefined;
  /** Answers with JSON instead of an image. No other operation may be next to it, except a revision. */
  answer?(subject: Subject, values: ValuesOf<P>): Promise<object>;
  /** Drawn with its defaults even if the recipe leaves it out. */
  readonly always?: true;
  /**
   * For each parameter, the numbers (besides its default) at which the behaviour of the row changes.
   * `policy cost` counts all numbers between two of them together.
   */
  readonly turnsAt?: Readonly<Partial<Record<keyof P & string, readonly number[]>>>;
  /** Two parameters whose product `check` limits. `policy cost` counts only pairs within the limit. */
  readonly product?: {
    readonly of: readonly [keyof P & string, keyof P & string];
    readonly most: number;
  };
  /** Finds what is wrong with the combination of values, as the end of a sentence. */
  check?(values: ValuesOf<P>): string | undefined;
  /**
   * Returns the canonical values that draw the same pixels for every source, so that equal images
   * share a key.
   */
  normalise?(values: ValuesOf<P>): ValuesOf<P>;
  /** Whether these values draw nothing although they are not the defaults. */
  idle?(values: ValuesOf<P>): boolean;
  /** Whether the operation has an effect on an answer of this format. */
  matters?(format: Format): boolean;
  readonly step?: Step<P>;
  /** The most frames of an animation that the answer has; undefined for no limit. */
  mostFrames?(values: ValuesOf<P>): number | undefined;
  /** The encoder options that the operation sets. */
  encoding?(values: ValuesOf<P>): Partial<EncodingOptions>;
};

/** Declares a row. It exists to infer the types of the values. */
export function operation<const P extends Parameters>(row: Operation<P>): Operation<P> {
  return row;
}
