import { decodePath, encodePath, pathFault } from '../../shared/url/path.ts';
import { type Notes, type Vector, vectorFile } from './vector-file.ts';

const notes: Notes = {
  Unreserved: {
    bugType: 'ENCODING',
    description:
      'Letters, digits and - . _ ~ are not escaped (RFC 3986, section 2.3). Neither are / and the comma.',
  },
  Reserved: {
    bugType: 'ENCODING',
    description:
      "Every other character is escaped. Some encoders leave more of them bare: ! ' ( ) * in JavaScript, : @ $ & + ; = in path encoders.",
  },
  Utf8: {
    bugType: 'ENCODING',
    description: 'Each byte of the UTF-8 is escaped, in upper-case hexadecimal.',
  },
  NormalForm: {
    bugType: 'ENCODING',
    description: 'Text is not normalised or case-folded. Another Unicode form is another source.',
  },
  Invisible: {
    bugType: 'ENCODING',
    description: 'Invisible characters are part of the name. Nothing is trimmed.',
  },
  LooksEncoded: {
    bugType: 'ENCODING',
    description: 'An escape in a decoded path is plain text, so its percent sign is escaped.',
  },
  OtherPath: {
    bugType: 'ENCODING',
    description:
      'The service reads this encoding as another path or as a query. Common encoders make these mistakes.',
  },
  Unreadable: {
    bugType: 'ENCODING',
    description:
      'The service rejects this encoding as malformed: it is not percent-encoded UTF-8, or it escapes a slash.',
  },
};

type Row = readonly [comment: string, path: string];

/** Every printable ASCII character that a path may contain, except letters and digits. */
const punctuation = Array.from({ length: 0x7f - 0x20 }, (_, at) =>
  String.fromCharCode(at + 0x20),
).filter((character) => !/[A-Za-z0-9\\]/.test(character));

const bare: readonly Row[] = [
  ['lower-case letters', 'abcdefghijklmnopqrstuvwxyz'],
  ['upper-case letters', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['digits', '0123456789'],
  ['all punctuation that is not escaped', 'a-b.c_d~e/f,g'],
];

const text: readonly Row[] = [
  ['Latin with an accent', 'café.jpg'],
  ['Greek', 'γάτα.jpg'],
  ['Cyrillic', 'кошка.jpg'],
  ['Arabic', 'قطة.jpg'],
  ['Hebrew', 'חתול.jpg'],
  ['Devanagari', 'बिल्ली.jpg'],
  ['Thai', 'แมว.jpg'],
  ['Chinese', '猫/图.jpg'],
  ['Japanese', '日本/ねこ.png'],
  ['Korean', '고양이.jpg'],
  ['the first allowed code point of two bytes', '\u00a0'],
  ['the last code point of two bytes', '\u07ff'],
  ['the first code point of three bytes', '\u0800'],
  ['the last code point before the surrogates', '\ud7ff'],
  ['the first code point after the surrogates', '\ue000'],
  ['the replacement character', '\ufffd'],
  ['the last code point of three bytes', '\uffff'],
  ['the first code point of four bytes', '\u{10000}'],
  ['the last code point', '\u{10ffff}'],
  ['an emoji', '😀.png'],
  ['an emoji with a skin tone', '👍🏽.png'],
  ['a family of emoji', '👩‍👩‍👧‍👦.png'],
  ['a flag', '🇨🇭.png'],
  ['an emoji with a variation selector', '❤️.png'],
];

const forms: readonly Row[] = [
  ['an accent, composed', '\u00e9'],
  ['an accent, combining', 'e\u0301'],
  ['two accents in one order', 'a\u0323\u0307'],
  ['two accents in the other order', 'a\u0307\u0323'],
  ['an Ångström sign', '\u212b'],
  ['a letter A with a ring', '\u00c5'],
  ['Hangul, composed', '\ud55c'],
  ['Hangul, jamo', '\u1112\u1161\u11ab'],
  ['a ligature', '\ufb01'],
  ['a full-width solidus, which is not a slash', 'a\uff0fb'],
  ['a fraction slash, which is not a slash', 'a\u2044b'],
  ['full stops that are not ASCII dots', '\u2024\u2024/\uff0e\uff0e'],
  ['a full-width percent sign', '\uff0541'],
];

const invisible: readonly Row[] = [
  ['a leading space', ' a'],
  ['a trailing space', 'a '],
  ['two spaces', 'a  b'],
  ['a leading byte-order mark', '\ufeffa'],
  ['a zero-width space', 'a\u200bb'],
  ['a soft hyphen', 'a\u00adb'],
  ['a right-to-left override', 'a\u202egpj.exe'],
  ['a line separator', 'a\u2028b'],
  ['a paragraph separator', 'a\u2029b'],
];

const escapes: readonly Row[] = [
  ['an escape', '%20'],
  ['an escape in lower case', '%c3%a9'],
  ['an encoded slash', 'a%2Fb'],
  ['encoded dots', '%2E%2E'],
  ['an escaped escape', '%2520'],
  ['a percent sign at the end', '100%'],
  ['HTML entities', '&eacute;&#233;'],
];

const valid = (flag: string, [comment, path]: Row): Vector => {
  const fault = pathFault(path);
  if (fault !== undefined) throw new Error(`${comment}: ${fault}`);
  return { comment, flags: [flag], path, encoded: encodePath(path), result: 'valid' };
};

type Mistake = readonly [comment: string, path: string, encoded: string];

/** Encodings that other encoders produce. */
const mistakes: readonly Mistake[] = [
  ['a plus for a space, as in forms', 'a b', 'a+b'],
  ['form encoding of a path with a slash', 'a/b c', 'a%2Fb+c'],
  ['a percent sign that is not escaped', '100%25', '100%25'],
  ['encoded twice', 'a b', 'a%2520b'],
  ['encoded twice, with UTF-8', 'é', '%25C3%25A9'],
  ['composed in transit', 'e\u0301', '%C3%A9'],
  ['decomposed in transit', 'é', 'e%CC%81'],
  ['trimmed in transit', ' a ', 'a'],
  ['a byte-order mark dropped', '\ufeffa', 'a'],
  ['UTF-8 read as Latin-1', 'é', '%C3%83%C2%A9'],
  ['Latin-1', 'é', '%E9'],
  ['JavaScript’s escape()', '日', '%u65E5'],
  ['UTF-16', 'é', '%00%E9'],
  ['CESU-8', '😀', '%ED%A0%BD%ED%B8%80'],
  ['text without any encoding', 'é', 'é'],
  ['a space that is not escaped', 'a b', 'a b'],
  ['a question mark that is not escaped', 'a?b', 'a?b'],
  ['a number sign that is not escaped', 'a#b', 'a#b'],
  ['an encoded slash', 'a/b', 'a%2Fb'],
  ['a percent sign that starts no escape', '50% off', '50%%20off'],
];

/** The path that the service reads; undefined if it rejects the encoding. */
function decodeOrUndefined(encoded: string): string | undefined {
  try {
    return decodePath(encoded);
  } catch {
    return undefined;
  }
}

function invalid([comment, path, encoded]: Mistake): Vector {
  const back = decodeOrUndefined(encoded);
  if (back === path) throw new Error(`${comment}: ${encoded} is read as intended`);
  const flag = back === undefined ? 'Unreadable' : 'OtherPath';
  return { comment, flags: [flag], path, encoded, result: 'invalid' };
}

/** Returns the text of encodings.json. */
export function encodings(): string {
  const all: readonly (readonly [flag: string, rows: readonly Row[]])[] = [
    ['Unreserved', bare],
    ['Utf8', text],
    ['NormalForm', forms],
    ['Invisible', invisible],
    ['LooksEncoded', escapes],
  ];
  const characters = punctuation.map((character) => {
    const flag = encodePath(character) === character ? 'Unreserved' : 'Reserved';
    return valid(flag, [`the character ${character}`, `a${character}b.jpg`]);
  });
  return vectorFile({
    algorithm: 'SIGNET-V1-PATH-ENCODING',
    header: [
      'Every path has one encoding: unreserved characters, / and the comma are not escaped; each byte of any other character in UTF-8 is written as %XX in upper case.',
      'path is the decoded path of a source, without its tenant, as it is signed. encoded is the path as it is sent.',
      'result "invalid": some encoder turns path into encoded, but the service reads another path or rejects it.',
    ],
    notes,
    groups: [
      {
        type: 'PathEncoding',
        tests: [
          ...characters,
          ...all.flatMap(([flag, rows]) => rows.map((row) => valid(flag, row))),
        ],
      },
      { type: 'EncodingMistake', tests: mistakes.map(invalid) },
    ],
  });
}
