import fc from 'fast-check';
import { pathFault } from '../../../shared/url/path.ts';

/** Pieces of names that have broken parsers. */
const pieces = [
  ...['a', 'cat', 'CAT', '.jpg', '.', '..', ' ', '+', '%', '%20', '%2F', '%2e', '&', '=', '?', '#'],
  ...[
    '"',
    "'",
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '|',
    '^',
    '`',
    '~',
    '!',
    '*',
    '$',
    '@',
    ':',
  ],
  ...[';', ',', '_', '__', '__op', '_op__', 'op__', '__OP__', '-', 'é', 'e\u0301', '日本', '🐈'],
  ...['\ufeff', '\u00a0', '\u2044', '\u202e', '．', '\u2028', 'ſ', '\u212a', '/', '/', '/'],
];

/** Names that are likely to be refused. */
const hostile = ['\0', '\n', '\\', '\u007f', '\u0085', '\ud800', '__op__', '//', '/../', '/./'];

const joined = (choices: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...choices), { minLength: 1, maxLength }).map((all) => all.join(''));

/** Any path, sound or not. */
export const paths: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: joined(pieces, 9) },
  { weight: 2, arbitrary: joined([...pieces, ...hostile], 6) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 660, max: 710 }).map((bytes) => 'é+'.repeat(bytes / 3)),
  },
);

/** Any path that a source may have. */
export const legalPaths: fc.Arbitrary<string> = paths.filter(
  (path) => pathFault(path) === undefined,
);
