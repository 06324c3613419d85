import type { Picture } from './lib/responsive.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  ...{ '"': '&quot;', "'": '&#39;' },
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => entities[one] ?? one);

/** An attribute is left out where it is undefined or false, and stands alone where it is true. */
function attribute([name, value]: readonly [string, Attributes[string]]): string {
  if (!/^[a-z][a-z0-9:-]*$/i.test(name))
    throw new TypeError(`"${name}" is not the name of an attribute`);
  if (value === undefined || value === false) return '';
  return value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`;
}

const tag = (name: string, attributes: Attributes): string =>
  `<${name}${Object.entries(attributes).map(attribute).join('')}>`;

/**
 * A picture as HTML, every value escaped: a `<picture>`, or an `<img>` alone where there are no other
 * sources. More attributes go to the image: `{ width: 400, loading: 'lazy' }`.
 */
export function html({ sources, img }: Picture, attributes: Attributes = {}): string {
  const image = tag('img', { ...img, ...attributes });
  if (sources.length === 0) return image;
  const others = sources.map((source) => tag('source', source));
  return `<picture>${others.join('')}${image}</picture>`;
}
