import type { Sharp } from 'sharp';
import type { ImageType } from './image-type.ts';
import type { Parameter, ValueOf } from './parameter.ts';

export type Parameters = Readonly<Record<string, Parameter>>;
export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: ValueOf<P[Name]> };

/** What `format` may ask for: a type, the source's own, or the best that Accept allows. */
export type Format = ImageType | 'src' | 'auto';

/** Pixels. Of one frame, where there are several. */
export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Box = Size & { readonly left: number; readonly top: number };

/** A picture while it is drawn. */
export type Canvas = { readonly image: Sharp; readonly size: Size };

/** What a step may know about the picture besides its pixels. */
export type Scene = {
  readonly frames: number;
  /** The focal point that the uploader set, in per cent. */
  readonly focus: Point | undefined;
  /** EXIF orientation, 1 to 8; from 5 on the picture is stored sideways. */
  readonly orientation: number;
  /** The watermark that the recipe names, read and bounded. */
  readonly mark: Mark | undefined;
};

/** An image to be laid over another. */
export type Mark = {
  readonly size: Size;
  /** Its RGBA pixels in this size and at this opacity, from 0 to 1. */
  readonly draw: (size: Size, opacity: number) => Promise<Buffer>;
};

/** A source, for those who answer with words about it: its first frame, upright. */
export type Subject = {
  readonly facts: {
    readonly format: string;
    readonly width: number;
    readonly height: number;
    readonly frames: number;
    readonly alpha: boolean;
    readonly bytes: number;
  };
  /** Its RGBA pixels in this size. */
  readonly pixels: (size: Size) => Promise<{ readonly data: Uint8Array }>;
  /** The same as the data URL of a small image. */
  readonly tiny: (size: Size) => Promise<string>;
};

/** The chain with one step more. */
export type Drawn = Canvas & {
  /** The size is an upper bound: sharp has to be asked what it came to. */
  readonly unmeasured?: true;
  /** The step may have made parts of the picture transparent, or has made sure that none is. */
  readonly alpha?: boolean;
};

/**
 * The order in which sharp runs the calls of one chain, whatever their order in the code
 * (sharp/src/pipeline.cc). A step that would not run after the last one starts a new chain.
 */
export const sharpOrder = [
  'orient',
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

/** How a step treats an animation: as one tall strip, frame by frame, or only its first frame. */
export type Frames = 'together' | 'apart' | 'first';

export type Step<P extends Parameters> = {
  /** The first and the last of sharp's stages that the step's calls belong to. */
  readonly from: SharpStage;
  readonly to: SharpStage;
  frames(values: ValuesOf<P>): Frames;
  /** The watermark that has to be read before the step can be drawn. */
  watermark?(values: ValuesOf<P>): string | undefined;
  /** Adds the step to the chain. */
  draw(canvas: Canvas, values: ValuesOf<P>, scene: Scene): Drawn | Promise<Drawn>;
};

/** What operations ask of the encoder. */
export type EncodingOptions = {
  /** On JPEG's scale. */
  readonly quality: number;
  readonly progressive: boolean;
  /** The most bytes that the answer should have; undefined for any number. */
  readonly maxBytes: number | undefined;
};

/** One row of the operations table: everything that is known about one operation. */
export type Operation<P extends Parameters = Parameters> = {
  /** One line of documentation. */
  readonly summary: string;
  /** Their order is the order in keys. */
  readonly parameters: P;
  /** As written in a URL; rendered by a test. */
  readonly example: string;
  /** Other names that are read as this operation, and as its parameters. */
  readonly aliases?: readonly string[];
  readonly parameterAliases?: Readonly<Record<string, keyof P & string>>;
  /** Draws nothing and needs no entry in a policy. */
  readonly free?: true;
  /** False where a grant does not cover it: the holder of a grant could write any number of values. */
  readonly grantable?: false;
  /** Its value names a revision of the source, so the answer never changes. */
  readonly revision?: true;
  /** What of OSS's and BOS's operation is left out or differs, and why; a sentence each. */
  readonly differs?: readonly string[];
  /**
   * For the spellings whose owners run operations as written: where else it may stand without
   * drawing anything else. `free`: anywhere. `moves` only moves pixels, `colours` only changes
   * each by itself: these two may change places with each other.
   */
  readonly order?: 'free' | 'moves' | 'colours';
  /** Answers with JSON instead of an image; such an operation stands alone. */
  answer?(subject: Subject, values: ValuesOf<P>): Promise<object>;
  /** Drawn even where it is left out, with its defaults. */
  readonly always?: true;
  /** Drawn on the source itself, before its pixels are converted: it reads the source's metadata. */
  readonly first?: true;
  /**
   * For each parameter the numbers, besides its default, from which on the row treats it differently.
   * `policy cost` counts all numbers between two of them at once.
   */
  readonly turnsAt?: Readonly<Partial<Record<keyof P & string, readonly number[]>>>;
  /** Two numbers whose product `check` bounds; `policy cost` counts only pairs within it. */
  readonly product?: {
    readonly of: readonly [keyof P & string, keyof P & string];
    readonly most: number;
  };
  /** What is wrong with the values taken together: the end of a sentence, or nothing. */
  check?(values: ValuesOf<P>): string | undefined;
  /** Other values that draw the same pixels for every source: equal pixels must be one key. */
  normalise?(values: ValuesOf<P>): ValuesOf<P>;
  /** Whether these values draw nothing, though they are not the defaults. */
  idle?(values: ValuesOf<P>): boolean;
  /** Whether the operation changes anything in an answer of this format. */
  matters?(format: Format): boolean;
  readonly step?: Step<P>;
  /** What the operation asks of the encoder, for one that draws nothing. */
  encoding?(values: ValuesOf<P>): Partial<EncodingOptions>;
};

/** Declares a row and infers the types of its values. */
export function operation<const P extends Parameters>(row: Operation<P>): Operation<P> {
  return row;
}
