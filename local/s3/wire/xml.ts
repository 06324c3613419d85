import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './s3-error.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

// S3 sends control characters as references, although XML 1.0 forbids most of them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must be escaped
const special = /[&<>"'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/g;

/** Escapes text for an element's content. */
export function escapeXml(text: string): string {
  return text.replace(
    special,
    (one) => escapes[one] ?? `&#x${one.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

/** An element with text, which is escaped. */
export function textElement(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** An element with child elements. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** A document whose root is in S3's namespace. */
export function xmlDocument(root: string, ...children: readonly string[]): string {
  const space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${space}>${children.join('')}</${root}>`;
}

const parser = new XMLParser({
  processEntities: false,
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  isArray: (name) => name === 'Object' || name === 'Part' || name === 'Tag',
});

/** Parses a request body. Entities are not expanded, so a small body cannot become a large one. */
export function parseXml(text: string): unknown {
  const hostile = text.includes('<!') || XMLValidator.validate(text) !== true;
  if (hostile) throw new S3Error('MalformedXML');
  try {
    return parser.parse(text);
  } catch {
    throw new S3Error('MalformedXML');
  }
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Resolves character references and the five named references. Throws MalformedXML for others. */
export function unescapeXml(text: string): string {
  return text.replace(/&([^;&]{0,10});?/g, (_, name: string) => {
    const point = codePoint(name);
    const character =
      named[name] ?? (point === undefined ? undefined : String.fromCodePoint(point));
    if (character === undefined) throw new S3Error('MalformedXML');
    return character;
  });
}

function codePoint(name: string): number | undefined {
  const decimal = /^#([0-9]{1,7})$/.exec(name)?.[1];
  const hex = /^#x([0-9A-Fa-f]{1,6})$/.exec(name)?.[1];
  const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
  const scalar = point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return scalar ? point : undefined;
}
