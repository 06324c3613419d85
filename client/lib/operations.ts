/* Generated from the operations table. To update it, run: npm run docs */

/** The operations of a recipe and their parameters. */
// biome-ignore format: generated
export type Operations = {
  /** Names a revision of the source, so that a changed source gets a new URL. It does not change the image. */
  readonly version?: string | number | {
    /** the revision: 1 to 32 letters, digits or hyphens */
    readonly v: string | number;
  };
  /** Makes browsers save the image as a file instead of showing it. It does not change the image. */
  readonly download?: true | string | number | {
    /** the name of the file; Signet adds the ending of its type. The name of the source if left out: 1 to 32 letters, digits or hyphens */
    readonly n?: string | number;
  };
  /** Keeps the first frame of an animation, so the answer is a still image in every format. */
  readonly frames?: number | {
    /** how many frames are kept, counted from the first: the whole number 1 */
    readonly n: number;
  };
  /** Turns the image upright according to its EXIF orientation. Signet always does this unless the URL has `o_0`. */
  readonly orient?: number | {
    /** 1 turns the image upright, 0 leaves it as it is stored: a whole number from 0 to 1 */
    readonly o?: number;
  };
  /** Removes a border that has the colour of the upper left corner. */
  readonly trim?: number | {
    /** how much a border pixel may differ from that colour: a whole number from 1 to 255 */
    readonly t: number;
  };
  /** Cuts a box out of the image. */
  readonly crop?: {
    /** pixels to the right of the position that `g` sets: a whole number from 0 to 9999999 */
    readonly x?: number;
    /** pixels below the position that `g` sets: a whole number from 0 to 9999999 */
    readonly y?: number;
    /** width in pixels; up to the edge if left out: a whole number from 1 to 8192 */
    readonly w?: number;
    /** height in pixels; up to the edge if left out: a whole number from 1 to 8192 */
    readonly h?: number;
    /** position of the box before `x` and `y` move it: one of nw, north, ne, west, center, east, sw, south, se */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';
  };
  /** Cuts the image into slices and keeps one of them. If there is no such slice, the image stays whole. */
  readonly indexcrop?: {
    /** width of a slice in pixels: a whole number from 1 to 8192 */
    readonly x?: number;
    /** height of a slice in pixels: a whole number from 1 to 8192 */
    readonly y?: number;
    /** index of the slice, counted from 0: a whole number from 0 to 65536 */
    readonly i?: number;
  };
  /** Rotates the image clockwise. Empty corners become transparent, or white in a JPEG. */
  readonly rotate?: number | {
    /** degrees, modulo 360: a whole number from -9999999 to 9999999 */
    readonly a?: number;
  };
  /** Mirrors the image. */
  readonly flip?: 'h' | 'v' | 'hv' | {
    /** h swaps left and right, v swaps top and bottom, hv does both: one of h, v, hv */
    readonly d: 'h' | 'v' | 'hv';
  };
  /** Resizes the image. */
  readonly resize?: {
    /** lfit fits inside the box, mfit covers it, fill covers and crops, pad fits and fills the rest with `color`, fixed distorts (a square if only one side is given): one of lfit, mfit, fill, pad, fixed */
    readonly m?: 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed';
    /** width in pixels: a whole number from 1 to 8192 */
    readonly w?: number;
    /** height in pixels: a whole number from 1 to 8192 */
    readonly h?: number;
    /** longer side in pixels: a whole number from 1 to 8192 */
    readonly l?: number;
    /** shorter side in pixels: a whole number from 1 to 8192 */
    readonly s?: number;
    /** size in per cent of the source: a whole number from 1 to 1000 */
    readonly p?: number;
    /** 1 never enlarges the source, 0 may enlarge it: a whole number from 0 to 1 */
    readonly limit?: number;
    /** background colour for pad: six or eight hex digits */
    readonly color?: string;
    /** what fill keeps: a side or corner, smart (the most noticeable area), entropy (the busiest part) or focus (the focal point stored with the source): one of nw, north, ne, west, center, east, sw, south, se, smart, entropy, focus */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se' | 'smart' | 'entropy' | 'focus';
    /** focal point for fill instead of `g`, in per cent from the left; 50 if only `fy` is given: a whole number from 0 to 100 */
    readonly fx?: number;
    /** focal point for fill instead of `g`, in per cent from the top; 50 if only `fx` is given: a whole number from 0 to 100 */
    readonly fy?: number;
  };
  /** Makes the image brighter or darker. */
  readonly bright?: number | {
    /** negative is darker, positive is brighter; 100 adds half of the range to each channel: a whole number from -100 to 100 */
    readonly b?: number;
  };
  /** Makes the contrast stronger or weaker. */
  readonly contrast?: number | {
    /** negative is weaker, positive is stronger; 100 doubles the contrast, -100 removes it: a whole number from -100 to 100 */
    readonly c?: number;
  };
  /** Makes colours stronger or weaker. */
  readonly saturate?: number | {
    /** negative is weaker, positive is stronger; 100 doubles the saturation, -100 removes it: a whole number from -100 to 100 */
    readonly s?: number;
  };
  /** Removes the colours. */
  readonly grayscale?: true;
  /** Draws the image in shades of one colour. */
  readonly tint?: string | {
    /** the colour; alpha is ignored: six or eight hex digits */
    readonly color: string;
  };
  /** Blurs the image. */
  readonly blur?: {
    /** ignored; accepted for compatibility with OSS and BOS: a whole number from 1 to 50 */
    readonly r?: number;
    /** strength: sigma of the Gaussian blur in pixels: a whole number from 1 to 50 */
    readonly s: number;
  };
  /** Sharpens the image. */
  readonly sharpen?: number | {
    /** strength; 100 is a good start (sigma = s / 100): a whole number from 50 to 399 */
    readonly s: number;
  };
  /** Rounds the corners. They become transparent, or white in a JPEG. */
  readonly 'rounded-corners'?: number | {
    /** radius in pixels; reduced to half of the shorter side if larger: a whole number from 1 to 4096 */
    readonly r: number;
  };
  /** Cuts a circle out of the middle. The area around it becomes transparent, or white in a JPEG. */
  readonly circle?: number | {
    /** radius in pixels; reduced if the circle does not fit: a whole number from 1 to 4096 */
    readonly r: number;
  };
  /** Fills transparent areas with a colour. */
  readonly background?: string | {
    /** the colour; alpha is ignored: six or eight hex digits */
    readonly color: string;
  };
  /** Draws one of the tenant's watermarks on the image. */
  readonly watermark?: string | number | {
    /** id of the watermark `_watermarks/ID.png`: the id of a watermark */
    readonly i: string | number;
    /** position on the image: one of nw, north, ne, west, center, east, sw, south, se */
    readonly g?: 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';
    /** pixels from the left or right edge; ignored in the middle: a whole number from 0 to 4096 */
    readonly x?: number;
    /** pixels from the upper or lower edge; ignored in the middle: a whole number from 0 to 4096 */
    readonly y?: number;
    /** opacity in per cent: a whole number from 0 to 100 */
    readonly t?: number;
    /** width in per cent of the width of the image; its own width if left out: a whole number from 1 to 100 */
    readonly p?: number;
    /** `x` in per cent of the width of the image: a whole number from 0 to 100 */
    readonly xp?: number;
    /** `y` in per cent of the height of the image: a whole number from 0 to 100 */
    readonly yp?: number;
  };
  /** Sets the quality of a JPEG, WebP or AVIF, on one scale for all types. */
  readonly quality?: number | {
    /** 100 is the best quality and the largest file: a whole number from 1 to 100 */
    readonly q?: number;
    /** largest size in bytes: Signet lowers `q` in steps of 10, down to 30, until the image fits. If it never fits, Signet serves the smallest result: a whole number from 1 to 9999999 */
    readonly max?: number;
  };
  /** Makes a JPEG or PNG load progressively, first coarse and then finer. */
  readonly interlace?: number | {
    /** 1 turns it on, 0 turns it off: a whole number from 0 to 1 */
    readonly i?: number;
  };
  /** Sets the type of the answer. Without it, the answer has the type of the source. */
  readonly format?: 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'src' | {
    /** auto is the best type that the browser names in Accept, src is the type of the source: one of auto, jpg, png, webp, avif, gif, src */
    readonly f?: 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'src';
  };
  /** Describes the source in JSON: `{"format","width","height","frames","alpha","bytes"}`. */
  readonly info?: true;
  /** Returns the average colour of the source in JSON: `{"RGB":"0xRRGGBB"}`. */
  readonly 'average-hue'?: true;
  /** Returns a placeholder to show while the image loads, in JSON: `{"kind","value","width","height"}`. */
  readonly placeholder?: 'thumbhash' | 'blurhash' | 'lqip' | {
    /** thumbhash and blurhash need a decoder in the browser, lqip is a data URL: one of thumbhash, blurhash, lqip */
    readonly k: 'thumbhash' | 'blurhash' | 'lqip';
  };
};

/* Two texts, because they are smaller than an object. */
// biome-ignore format: generated
export const knownOperations: readonly string[] =
  'version download frames orient auto-orient trim crop indexcrop rotate flip resize bright contrast saturate grayscale tint blur sharpen rounded-corners circle background watermark quality interlace format info average-hue placeholder style'.split(' ');

/** The parameter letters of each operation. A leading space means that a plain value is not allowed. */
// biome-ignore format: generated
const letters: readonly string[] =
  'v,n,n,o,o,t, x y w h g, x y i,a,d, m w h l s p limit color g fx fy,b,c,s,,color, r s,s,r,r,color,i g x y t p xp yp,q max Q,i,f,,,k,n'.split(',');

/**
 * The parameter letters of an operation. The first is set by a plain value, or is empty. Undefined for an
 * unknown operation.
 */
export const lettersOf = (name: string): readonly string[] | undefined =>
  letters[knownOperations.indexOf(name)]?.split(' ');
