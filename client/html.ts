import { assertValid, checkOptions } from './lib/assert-valid.ts';
import type { Picture } from './lib/responsive.ts';

/** HTML attributes by name. False and undefined ones are left out; true ones are written without a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  ...{ '"': '&quot;', "'": '&#39;' },
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => entities[one] ?? one);

function attribute([name, value]: readonly [string, Attributes[string]]): string {
  assertValid(/^[a-z][a-z0-9:-]*$/i.test(name), `"${name}" is not a valid attribute name`);
  if ((value ?? false) === false) return '';
  const text = typeof value === 'number' ? `${value}` : value;
  assertValid(text === true || typeof text === 'string', `${name} must be text`);
  return text === true ? ` ${name}` : ` ${name}="${escapeHtml(text)}"`;
}

function tag(name: string, attributes: Attributes): string {
  assertValid(
    typeof attributes === 'object' && attributes,
    `${name} needs an object of attributes`,
  );
  return `<${name}${Object.entries(attributes).map(attribute).join('')}>`;
}

/**
 * Prints a picture as HTML and escapes every value. The result is a `<picture>`, or only an `<img>` if the
 * picture has no other sources. `attributes` are added to the `<img>`, such as
 * `{ width: 400, loading: 'lazy' }`. Throws `malformed` for an invalid attribute name, a value that is not text, and what is not a picture.
 */
export function html(picture: Picture, attributes: Attributes = {}): string {
  const { sources, img } = { ...picture };
  assertValid(
    Array.isArray(sources) && typeof img === 'object' && img,
    'html needs what picture returned',
  );
  checkOptions(attributes);
  const image = tag('img', { ...img, ...attributes });
  if (sources.length === 0) return image;
  const others = sources.map((source) => tag('source', source));
  return `<picture>${others.join('')}${image}</picture>`;
}
