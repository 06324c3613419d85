/** The value of a parameter: a whole number, or text in canonical form. */
export type Value = number | string;

/** The form control for a parameter, and its allowed values as data. */
export type Control =
  | { readonly control: 'select'; readonly options: readonly string[] }
  | { readonly control: 'number'; readonly min: number; readonly max: number }
  | { readonly control: 'color' }
  | { readonly control: 'text' };

/** Declares how one parameter of an operation is read, checked and documented. */
export type Parameter<V extends Value = Value, Fallback extends V | undefined = V | undefined> = {
  /** Reads a value; undefined if the text is not a valid one. */
  readonly read: (text: string) => V | undefined;
  /** The default, if there is one. */
  readonly fallback: Fallback;
  /** Completes the sentence "expects …". */
  readonly expects: string;
  readonly about: string;
  readonly control: Control;
};

/** The type of a parameter's value in a recipe. */
export type ValueOf<P> =
  P extends Parameter<infer V, infer Fallback>
    ? Fallback extends undefined
      ? V | undefined
      : V
    : never;

/** At most seven digits, no leading zero, no plus, no exponent, so that a number has one spelling. */
const canonicalInteger = /^(?:0|-?[1-9][0-9]{0,6})$/;
const hexColor = /^(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$/;

/** A parameter with a fixed list of words. */
export function choice<const V extends string>(
  options: readonly V[],
  about: string,
): Parameter<V, undefined> {
  return {
    read: (text) => options.find((option) => option === text),
    fallback: undefined,
    expects: `one of ${options.join(', ')}`,
    about,
    control: { control: 'select', options },
  };
}

/** A parameter with a whole number from `min` to `max`, both included. */
export function integer(min: number, max: number, about: string): Parameter<number, undefined> {
  return {
    read: (text) => {
      const value = canonicalInteger.test(text) ? Number(text) : undefined;
      return value !== undefined && value >= min && value <= max ? value : undefined;
    },
    fallback: undefined,
    expects: min === max ? `the whole number ${min}` : `a whole number from ${min} to ${max}`,
    about,
    control: { control: 'number', min, max },
  };
}

/** A parameter with a colour, RRGGBB or RRGGBBAA. An alpha of FF is dropped, because it is the default. */
export function color(about: string): Parameter<string, undefined> {
  return {
    read: (text) =>
      hexColor.test(text) ? text.toUpperCase().replace(/^(.{6})FF$/, '$1') : undefined,
    fallback: undefined,
    expects: 'six or eight hex digits',
    about,
    control: { control: 'color' },
  };
}

/** A parameter with text that matches a pattern. */
export function text(form: RegExp, expects: string, about: string): Parameter<string, undefined> {
  return {
    read: (written) => (form.test(written) ? written : undefined),
    fallback: undefined,
    expects,
    about,
    control: { control: 'text' },
  };
}

/**
 * A parameter with a label that the URL chooses. Its characters need no quoting in a key, a URL, a header
 * or a file name.
 */
export function label(about: string): Parameter<string, undefined> {
  return text(/^[A-Za-z0-9-]{1,32}$/, '1 to 32 letters, digits or hyphens', about);
}

/** Adds a default to a parameter. */
export function withDefault<V extends Value, const F extends V>(
  parameter: Parameter<V, undefined>,
  fallback: F,
): Parameter<V, V> {
  return { ...parameter, fallback };
}

/** Adds other spellings of values, such as those of OSS and BOS, to a parameter. */
export function withSpellings<V extends Value, F extends V | undefined>(
  parameter: Parameter<V, F>,
  words: Readonly<Record<string, V>>,
): Parameter<V, F> {
  const known = new Map(Object.entries(words));
  return { ...parameter, read: (text) => known.get(text) ?? parameter.read(text) };
}
