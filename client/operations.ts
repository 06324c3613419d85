/* Written from the operations table; to write it anew: npm run docs */

const letters: Readonly<Record<string, string>> = {
  version: 'v',
  orient: 'o',
  trim: 't',
  crop: 'x y w h g',
  indexcrop: 'x y i',
  rotate: 'a',
  flip: 'd',
  resize: 'm w h l s p limit color g fx fy',
  bright: 'b',
  contrast: 'c',
  saturate: 's',
  grayscale: '',
  tint: 'color',
  blur: 'r s',
  sharpen: 's',
  'rounded-corners': 'r',
  circle: 'r',
  background: 'color',
  watermark: 'i g x y t p',
  quality: 'q max',
  interlace: 'i',
  format: 'f',
  info: '',
  'average-hue': '',
  placeholder: 'k',
};

/** The letters of an operation's parameters; nothing where there is no such operation. */
export const parametersOf = (name: string): readonly string[] | undefined =>
  Object.hasOwn(letters, name) ? (letters[name] ?? '').split(' ').filter(Boolean) : undefined;

export const operationNames: readonly string[] = Object.keys(letters);
