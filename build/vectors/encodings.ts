import { decodePath, encodePath, pathFault } from '../../shared/url/path.ts';
import { type Notes, type Vector, vectorFile } from './vector-file.ts';

const notes: Notes = {
  Unreserved: {
    bugType: 'ENCODING',
    description: 'RFC 3986, section 2.3: letters, digits and - . _ ~ stay bare; so do / and ,.',
  },
  Reserved: {
    bugType: 'ENCODING',
    description:
      "What is neither unreserved nor / nor , is escaped, also what encoders of other purposes leave bare: ! ' ( ) * in JavaScript, : @ $ & + ; = in paths.",
  },
  Utf8: {
    bugType: 'ENCODING',
    description: 'Every byte of the UTF-8 is escaped, in upper-case hexadecimal.',
  },
  NormalForm: {
    bugType: 'ENCODING',
    description: 'Nothing is composed, decomposed or folded: another form is another source.',
  },
  Invisible: {
    bugType: 'ENCODING',
    description: 'What cannot be seen is part of the name all the same; nothing is trimmed.',
  },
  LooksEncoded: {
    bugType: 'ENCODING',
    description: 'An escape in a decoded path is text; its percent sign is escaped.',
  },
  OtherPath: {
    bugType: 'ENCODING',
    description:
      'This encoding is read as another path, or as a query: the usual encoders’ usual mistakes.',
  },
  Unreadable: {
    bugType: 'ENCODING',
    description:
      'This encoding is refused as malformed: it is no percent-encoded UTF-8, or escapes a slash.',
  },
};

type Row = readonly [comment: string, path: string];

/** Every printable character of ASCII that a path can have and that is no letter or digit. */
const punctuation = Array.from({ length: 0x7f - 0x20 }, (_, at) =>
  String.fromCharCode(at + 0x20),
).filter((character) => !/[A-Za-z0-9\\]/.test(character));

const bare: readonly Row[] = [
  ['small letters', 'abcdefghijklmnopqrstuvwxyz'],
  ['capitals', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['digits', '0123456789'],
  ['all the punctuation that stays bare', 'a-b.c_d~e/f,g'],
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
  ['the first code point of two bytes that is allowed', '\u00a0'],
  ['the last code point of two bytes', '\u07ff'],
  ['the first code point of three bytes', '\u0800'],
  ['the last code point before the surrogates', '\ud7ff'],
  ['the first code point behind the surrogates', '\ue000'],
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
  ['a full-width solidus, which is no slash', 'a\uff0fb'],
  ['a fraction slash, which is no slash', 'a\u2044b'],
  ['full stops that are no dots', '\u2024\u2024/\uff0e\uff0e'],
  ['a full-width percent sign', '\uff0541'],
];

const invisible: readonly Row[] = [
  ['a space in front', ' a'],
  ['a space behind', 'a '],
  ['two spaces', 'a  b'],
  ['a byte-order mark in front', '\ufeffa'],
  ['a zero-width space', 'a\u200bb'],
  ['a soft hyphen', 'a\u00adb'],
  ['right-to-left override', 'a\u202egpj.exe'],
  ['a line separator', 'a\u2028b'],
  ['a paragraph separator', 'a\u2029b'],
];

const escapes: readonly Row[] = [
  ['an escape', '%20'],
  ['an escape in small letters', '%c3%a9'],
  ['an encoded slash', 'a%2Fb'],
  ['encoded dots', '%2E%2E'],
  ['an escape of an escape', '%2520'],
  ['a percent sign at the end', '100%'],
  ['an entity', '&eacute;&#233;'],
];

const valid = (flag: string, [comment, path]: Row): Vector => {
  const fault = pathFault(path);
  if (fault !== undefined) throw new Error(`${comment}: ${fault}`);
  return { comment, flags: [flag], path, encoded: encodePath(path), result: 'valid' };
};

type Mistake = readonly [comment: string, path: string, encoded: string];

/** What other encoders make of a path. */
const mistakes: readonly Mistake[] = [
  ['a form’s plus for a space', 'a b', 'a+b'],
  ['a form’s encoding of a path with a slash', 'a/b c', 'a%2Fb+c'],
  ['a bare percent sign', '100%25', '100%25'],
  ['encoded twice', 'a b', 'a%2520b'],
  ['encoded twice, in UTF-8', 'é', '%25C3%25A9'],
  ['composed on the way', 'e\u0301', '%C3%A9'],
  ['decomposed on the way', 'é', 'e%CC%81'],
  ['trimmed on the way', ' a ', 'a'],
  ['a byte-order mark left out', '\ufeffa', 'a'],
  ['UTF-8 read as Latin-1', 'é', '%C3%83%C2%A9'],
  ['Latin-1', 'é', '%E9'],
  ['JavaScript’s escape()', '日', '%u65E5'],
  ['UTF-16', 'é', '%00%E9'],
  ['CESU-8', '😀', '%ED%A0%BD%ED%B8%80'],
  ['text as it is', 'é', 'é'],
  ['a bare space', 'a b', 'a b'],
  ['a bare question mark', 'a?b', 'a?b'],
  ['a bare number sign', 'a#b', 'a#b'],
  ['an encoded slash', 'a/b', 'a%2Fb'],
  ['a bare percent sign that begins no escape', '50% off', '50%%20off'],
];

/** What the edge reads there; nothing where it refuses it. */
function read(encoded: string): string | undefined {
  try {
    return decodePath(encoded);
  } catch {
    return undefined;
  }
}

function invalid([comment, path, encoded]: Mistake): Vector {
  const back = read(encoded);
  if (back === path) throw new Error(`${comment}: ${encoded} is read as it was meant`);
  const flag = back === undefined ? 'Unreadable' : 'OtherPath';
  return { comment, flags: [flag], path, encoded, result: 'invalid' };
}

/** The text of encodings.json. */
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
      'The one encoding of a path: the unreserved characters, / and , bare; of everything else each byte of its UTF-8 as %XX, in upper case.',
      'path is the decoded path of a source below its tenant, which is signed; encoded is what is sent.',
      'result "invalid": encoded is what some encoder makes of path, and is read as another path or refused.',
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
