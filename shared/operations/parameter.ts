/** What a parameter holds once it is read: a whole number, or text in its canonical form. */
export type Value = number | string;

/** How a form shows the parameter. */
export type Control =
  | { readonly control: 'select'; readonly options: readonly string[] }
  | { readonly control: 'number'; readonly min: number; readonly max: number }
  | { readonly control: 'color' }
  | { readonly control: 'text' };

export type Parameter<V extends Value = Value, Fallback extends V | undefined = V | undefined> = {
  /** Reads one spelling of a value; nothing when the text is not one. */
  readonly read: (text: string) => V | undefined;
  /** What holds when the parameter is left out; nothing when it may not be guessed. */
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

/** Seven digits at most, no leading zero, no plus, no exponent: one number has one spelling. */
const canonicalInteger = /^(?:0|-?[1-9][0-9]{0,6})$/;
const hexColor = /^(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$/;

/** One of a few words. */
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

/** A whole number in canonical text, both bounds included. */
export function integer(min: number, max: number, about: string): Parameter<number, undefined> {
  return {
    read: (text) => {
      const value = canonicalInteger.test(text) ? Number(text) : undefined;
      return value !== undefined && value >= min && value <= max ? value : undefined;
    },
    fallback: undefined,
    expects: `a whole number from ${min} to ${max}`,
    about,
    control: { control: 'number', min, max },
  };
}

/** RRGGBB or RRGGBBAA; an opaque alpha says nothing and is dropped. */
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

/** Free text of a fixed form. */
export function text(form: RegExp, expects: string, about: string): Parameter<string, undefined> {
  return {
    read: (written) => (form.test(written) ? written : undefined),
    fallback: undefined,
    expects,
    about,
    control: { control: 'text' },
  };
}

/** The same parameter with a value that holds when it is left out. */
export function withDefault<V extends Value, const F extends V>(
  parameter: Parameter<V, undefined>,
  fallback: F,
): Parameter<V, V> {
  return { ...parameter, fallback };
}

/** The same parameter with other words that are read as a value, as others write it. */
export function alsoWritten<V extends Value, F extends V | undefined>(
  parameter: Parameter<V, F>,
  words: Readonly<Record<string, V>>,
): Parameter<V, F> {
  const known = new Map(Object.entries(words));
  return { ...parameter, read: (text) => known.get(text) ?? parameter.read(text) };
}
