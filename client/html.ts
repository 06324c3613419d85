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
  if (!/^[a-z][a-z0-9:-]*$/i.test(name))
    throw new TypeError(`"${name}" is not a valid attribute name`);
  if (value === undefined || value === false) return '';
  return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
}

const tag = (name: string, attributes: Attributes): string =>
  `<${name}${Object.entries(attributes).map(attribute).join('')}>`;

/**
 * Prints a picture as HTML and escapes every value. The result is a `<picture>`, or only an `<img>` if the
 * picture has no other sources. `attributes` are added to the `<img>`, such as
 * `{ width: 400, loading: 'lazy' }`. Throws `TypeError` for an invalid attribute name.
 */
export function html({ sources, img }: Picture, attributes: Attributes = {}): string {
  const image = tag('img', { ...img, ...attributes });
  if (sources.length === 0) return image;
  const others = sources.map((source) => tag('source', source));
  return `<picture>${others.join('')}${image}</picture>`;
}
