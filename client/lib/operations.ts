/* Generated from the operations table. To update it, run: npm run docs */

/** The operations of a recipe and their parameters. */
// biome-ignore format: generated
export type Operations = {
  /** Names a revision of the source, so that a changed image gets a new URL. Draws nothing. */
  readonly version?: string | number | {
    /** the revision: 1 to 32 letters, digits or hyphens */
    readonly v: string | number;
  };
  /** Turns the image upright as its EXIF orientation says; always done unless `o_0`. */
  readonly orient?: number | {
    /** 1 to turn it upright, 0 to leave it as it is stored: a whole number from 0 to 1 */
    readonly o?: number;
  };
  /** Cuts off the border that has the colour of the upper left corner. */
  readonly trim?: number | {
    /** how far from that colour a pixel may be and still be border: a whole number from 1 to 255 */
    readonly t: number;
  };
  /** Cuts a box out of the image. */
  readonly crop?: {
    /** pixels to the right of where `g` puts the box: a whole number from 0 to 9999999 */
    readonly x?: number;
    /** pixels below where `g` puts the box: a whole number from 0 to 9999999 */
    readonly y?: number;
    /** width in pixels; to the edge when left out: a whole number from 1 to 8192 */
    readonly w?: number;
    /** height in pixels; to the edge when left out: a whole number from 1 to 8192 */
    readonly h?: number;
    /** where the box lies before it is moved by x and y: one of nw, north, ne, west, center, east, sw, south, se */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';
  };
  /** Cuts the image into slices and keeps one; all of it where there is no such slice. */
  readonly indexcrop?: {
    /** width of a slice in pixels: a whole number from 1 to 8192 */
    readonly x?: number;
    /** height of a slice in pixels: a whole number from 1 to 8192 */
    readonly y?: number;
    /** which slice, counted from 0: a whole number from 0 to 65536 */
    readonly i?: number;
  };
  /** Turns the image clockwise; corners that open up are transparent, in JPEG white. */
  readonly rotate?: number | {
    /** degrees, taken modulo 360: a whole number from -9999999 to 9999999 */
    readonly a?: number;
  };
  /** Mirrors the image. */
  readonly flip?: 'h' | 'v' | 'hv' | {
    /** h swaps left and right, v swaps top and bottom, hv does both: one of h, v, hv */
    readonly d: 'h' | 'v' | 'hv';
  };
  /** Scales the image. */
  readonly resize?: {
    /** lfit fits inside the box, mfit covers it, fill covers and cuts, pad fits and fills up, fixed distorts (one side alone makes a square): one of lfit, mfit, fill, pad, fixed */
    readonly m?: 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed';
    /** width in pixels: a whole number from 1 to 8192 */
    readonly w?: number;
    /** height in pixels: a whole number from 1 to 8192 */
    readonly h?: number;
    /** longer side in pixels: a whole number from 1 to 8192 */
    readonly l?: number;
    /** shorter side in pixels: a whole number from 1 to 8192 */
    readonly s?: number;
    /** per cent: a whole number from 1 to 1000 */
    readonly p?: number;
    /** 1: nothing grows beyond the source; 0: it may: a whole number from 0 to 1 */
    readonly limit?: number;
    /** what pad fills up with: six or eight hex digits */
    readonly color?: string;
    /** what fill keeps: a side or corner, what draws the eye, what is busiest, or the focal point stored with the source: one of nw, north, ne, west, center, east, sw, south, se, smart, entropy, focus */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se' | 'smart' | 'entropy' | 'focus';
    /** focal point for fill instead of g, per cent from the left; 50 where only fy is given: a whole number from 0 to 100 */
    readonly fx?: number;
    /** focal point for fill instead of g, per cent from the top; 50 where only fx is given: a whole number from 0 to 100 */
    readonly fy?: number;
  };
  /** Makes the image brighter or darker. */
  readonly bright?: number | {
    /** below 0 darker, above 0 brighter; 100 is half of the range: a whole number from -100 to 100 */
    readonly b?: number;
  };
  /** Makes contrasts stronger or weaker. */
  readonly contrast?: number | {
    /** below 0 weaker, above 0 stronger; 100 doubles, -100 is flat: a whole number from -100 to 100 */
    readonly c?: number;
  };
  /** Makes colours stronger or weaker. */
  readonly saturate?: number | {
    /** below 0 weaker, above 0 stronger; 100 doubles, -100 is grey: a whole number from -100 to 100 */
    readonly s?: number;
  };
  /** Takes the colour away. */
  readonly grayscale?: true;
  /** Keeps the light of the image and gives it one colour. */
  readonly tint?: string | {
    /** the colour; its alpha says nothing: six or eight hex digits */
    readonly color: string;
  };
  /** Blurs the image. */
  readonly blur?: {
    /** accepted for OSS and BOS and dropped: sigma alone says how far a blur reaches: a whole number from 1 to 50 */
    readonly r?: number;
    /** sigma of the Gaussian blur, in pixels: a whole number from 1 to 50 */
    readonly s: number;
  };
  /** Sharpens the image. */
  readonly sharpen?: number | {
    /** strength; 100 is a good start (sigma = s / 100): a whole number from 50 to 399 */
    readonly s: number;
  };
  /** Rounds the corners; what is cut off is transparent, in JPEG white. */
  readonly 'rounded-corners'?: number | {
    /** radius in pixels; half of the shorter side at most: a whole number from 1 to 4096 */
    readonly r: number;
  };
  /** Cuts a circle out of the middle; what is around it is transparent, in JPEG white. */
  readonly circle?: number | {
    /** radius in pixels; what fits inside the image at most: a whole number from 1 to 4096 */
    readonly r: number;
  };
  /** Lays the image on a colour, which fills what is transparent. */
  readonly background?: string | {
    /** the colour; its alpha says nothing: six or eight hex digits */
    readonly color: string;
  };
  /** Lays one of the tenant's watermarks over the image. */
  readonly watermark?: string | number | {
    /** which one: `_watermarks/ID.png`: the id of a watermark */
    readonly i: string | number;
    /** where it lies: one of nw, north, ne, west, center, east, sw, south, se */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';
    /** pixels from the edge at the side; none in the middle: a whole number from 0 to 4096 */
    readonly x?: number;
    /** pixels from the edge above or below; none in the middle: a whole number from 0 to 4096 */
    readonly y?: number;
    /** opacity in per cent: a whole number from 0 to 100 */
    readonly t?: number;
    /** its width in per cent of the image's; left out, its own: a whole number from 1 to 100 */
    readonly p?: number;
  };
  /** How good a JPEG, WebP or AVIF is; one scale for all, the one of JPEG. */
  readonly quality?: number | {
    /** 100 is best and largest: a whole number from 1 to 100 */
    readonly q?: number;
    /** bytes: q goes down by tens to 30 until the image is no larger, then the smallest is taken: a whole number from 1 to 9999999 */
    readonly max?: number;
  };
  /** Whether a JPEG or PNG shows coarse first and then finer. */
  readonly interlace?: number | {
    /** 1 for coarse to fine: a whole number from 0 to 1 */
    readonly i?: number;
  };
  /** The type of the answer; without it, the type of the source. */
  readonly format?: 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'src' | {
    /** auto is the best that the browser names in Accept, src the type of the source: one of auto, jpg, png, webp, avif, gif, src */
    readonly f?: 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'src';
  };
  /** Says in JSON what the source is: `{"format","width","height","frames","alpha","bytes"}`. */
  readonly info?: true;
  /** Says in JSON what colour the source has on the whole: `{"RGB":"0xRRGGBB"}`. */
  readonly 'average-hue'?: true;
  /** Something to show until the image is there: `{"kind","value","width","height"}`. */
  readonly placeholder?: 'thumbhash' | 'blurhash' | 'lqip' | {
    /** thumbhash and blurhash are decoded by a library, lqip is a data URL: one of thumbhash, blurhash, lqip */
    readonly k: 'thumbhash' | 'blurhash' | 'lqip';
  };
};

/** The parameter letters of each operation. A leading space means that a plain value is not allowed. */
const letters: Readonly<Record<string, string>> = {
  version: 'v',
  orient: 'o',
  'auto-orient': 'o',
  trim: 't',
  crop: ' x y w h g',
  indexcrop: ' x y i',
  rotate: 'a',
  flip: 'd',
  resize: ' m w h l s p limit color g fx fy',
  bright: 'b',
  contrast: 'c',
  saturate: 's',
  grayscale: '',
  tint: 'color',
  blur: ' r s',
  sharpen: 's',
  'rounded-corners': 'r',
  circle: 'r',
  background: 'color',
  watermark: 'i g x y t p',
  quality: 'q max Q',
  interlace: 'i',
  format: 'f',
  info: '',
  'average-hue': '',
  placeholder: 'k',
  style: 'n',
};

/**
 * The parameter letters of an operation. The first is set by a plain value, or is empty. Undefined for an
 * unknown operation, also for inherited properties such as `constructor`, which have no `split`.
 */
export const lettersOf = (name: string): readonly string[] | undefined =>
  letters[name]?.split?.(' ');

export const knownOperations: readonly string[] = Object.keys(letters);
