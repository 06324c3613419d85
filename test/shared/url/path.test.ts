import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePath,
  encodePath,
  isTenant,
  pathFault,
  sourceKey,
  splitPath,
} from '../../../shared/url/path.ts';
import { utf8Bytes } from '../../../shared/utf8.ts';
import { outcome, refusalOf, runs } from '../request/outcome.ts';
import { legalPaths } from './paths.ts';

/** As sent, decoded, and as it is written again. */
const decoded: readonly (readonly [sent: string, meant: string, canonical?: string])[] = [
  ['/acme/cat.jpg', '/acme/cat.jpg'],
  ['/acme/a%20b.jpg', '/acme/a b.jpg'],
  ['/acme/a+b.jpg', '/acme/a+b.jpg', '/acme/a%2Bb.jpg'],
  ['/acme/a%2bb.jpg', '/acme/a+b.jpg', '/acme/a%2Bb.jpg'],
  ['/acme/50%25.jpg', '/acme/50%.jpg'],
  ['/acme/%2525', '/acme/%25'],
  ['/acme/%252e%252e', '/acme/%2e%2e'],
  ['/acme/%63at.jpg', '/acme/cat.jpg', '/acme/cat.jpg'],
  ['/%61cme/cat.jpg', '/acme/cat.jpg', '/acme/cat.jpg'],
  ['/acme/caf%c3%a9', '/acme/café', '/acme/caf%C3%A9'],
  ['/acme/caf%C3%a9', '/acme/café', '/acme/caf%C3%A9'],
  ['/acme/cafe%CC%81', '/acme/cafe\u0301'],
  ['/acme/%EF%BB%BFx', '/acme/\ufeffx'],
  ['/acme/%F0%9F%90%88', '/acme/🐈'],
  ['/acme/%E2%84%AA', '/acme/\u212a'],
  ['/acme/%C5%BF', '/acme/ſ'],
  ['/acme/%EF%BC%8E%EF%BC%8E/x', '/acme/．．/x'],
  ['/acme/a%E2%81%84b', '/acme/a\u2044b'],
  ['/acme/%E2%80%AE', '/acme/\u202e'],
  ['/acme/a%3Fb%23c', '/acme/a?b#c'],
  ["/acme/it's", "/acme/it's", '/acme/it%27s'],
  ['/acme/(1)!*~_-.', '/acme/(1)!*~_-.', '/acme/%281%29%21%2A~_-.'],
  ['/acme/a,b', '/acme/a,b'],
  ['/acme/a%2cb', '/acme/a,b', '/acme/a,b'],
  ['/acme/a;b=c&d@e:f$g', '/acme/a;b=c&d@e:f$g', '/acme/a%3Bb%3Dc%26d%40e%3Af%24g'],
  ['/acme/"<>^`{|}', '/acme/"<>^`{|}', '/acme/%22%3C%3E%5E%60%7B%7C%7D'],
  ['/acme/CAT.JPG', '/acme/CAT.JPG'],
  ['/acme/trailing.', '/acme/trailing.'],
  ['/acme/trailing%20', '/acme/trailing '],
  ['/acme/.well-known/x', '/acme/.well-known/x'],
  ['/acme/...', '/acme/...'],
  ['/acme/..;/x', '/acme/..;/x', '/acme/..%3B/x'],
  ['/acme/x.jpg/y.css', '/acme/x.jpg/y.css'],
];

describe('a path is decoded once and has one encoding', () => {
  const rows = decoded.map(([sent, meant, canonical = sent]) => ({ sent, meant, canonical }));
  it.each(rows)('$sent', ({ sent, meant, canonical }) => {
    expect(decodePath(sent)).toBe(meant);
    expect(encodePath(meant)).toBe(canonical);
    expect(decodePath(canonical)).toBe(meant);
  });

  it('composed and decomposed names are two names', () => {
    const [composed, decomposed] = ['/acme/caf%C3%A9', '/acme/cafe%CC%81'].map(decodePath);
    expect(composed?.normalize('NFC')).toBe(decomposed?.normalize('NFC'));
    expect(composed).not.toBe(decomposed);
  });

  it('for any legal path', () => {
    const identity = fc.property(legalPaths, (path) => {
      const uri = encodePath(`/acme/${path}`);
      expect(uri).toMatch(/^(?:[A-Za-z0-9/,._~-]|%[0-9A-F]{2})*$/);
      expect(decodePath(uri)).toBe(`/acme/${path}`);
      expect(encodePath(decodePath(uri))).toBe(uri);
      expect(splitPath(decodePath(uri))).toEqual({
        tenant: 'acme',
        path,
        operations: undefined,
      });
    });
    fc.assert(identity, runs(3_000));
  });
});

/** What cannot be decoded is refused, never repaired. */
const undecodable: readonly (readonly [what: string, path: string])[] = [
  ['a bare percent', 'a%'],
  ['half an escape', 'a%2'],
  ['an escape without digits', 'a%zz'],
  ['an escape in full-width digits', 'a%２０'],
  ['a percent before an escape', 'a%%20'],
  ['an IIS escape', 'a%u0041'],
  ['a raw space', 'a b'],
  ['a raw tab', 'a\tb'],
  ['a raw line feed', 'a\nb'],
  ['raw unicode', 'café'],
  ['a raw byte', 'caf\u00e9'],
  ['a raw NUL', 'a\0'],
  ['a raw DEL', 'a\x7f'],
  ['a raw question mark', 'a?b'],
  ['a raw fragment', 'a#b'],
  ['a raw backslash', 'a\\b'],
  ['an encoded slash', 'a%2fb'],
  ['an encoded slash in capitals', 'a%2Fb'],
  ['an encoded backslash', 'a%5cb'],
  ['NUL', 'a%00'],
  ['NUL before an ending', 'a.svg%00.jpg'],
  ['a line feed', 'a%0ab'],
  ['a carriage return', 'a%0D%0Ab'],
  ['an escape character', 'a%1bb'],
  ['DEL', 'a%7f'],
  ['a C1 control', 'a%C2%85b'],
  ['the first C1 control', 'a%C2%80'],
  ['the last C1 control', 'a%C2%9F'],
  ['an overlong dot', '%c0%ae%c0%ae'],
  ['an overlong slash', 'a%c0%afb'],
  ['an overlong NUL', 'a%c0%80'],
  ['a three-byte overlong dot', '%e0%80%ae'],
  ['a four-byte overlong dot', '%f0%80%80%ae'],
  ['a high surrogate', '%ED%A0%80'],
  ['a low surrogate', '%ED%BF%BF'],
  ['a pair of surrogates in CESU-8', '%ED%A0%BD%ED%B0%88'],
  ['a lone continuation byte', '%80'],
  ['a cut sequence', 'a%E6%97'],
  ['a cut sequence before a letter', '%E6%97a'],
  ['a byte that UTF-8 never has', '%FF'],
  ['a character beyond Unicode', '%F4%90%80%80'],
  ['a five-byte sequence', '%F8%88%80%80%80'],
];

describe('a path that cannot be decoded is malformed:', () => {
  it.each(undecodable)('%s', (_what, path) => {
    expect(outcome(() => decodePath(`/acme/${path}`))).toBe('malformed');
  });

  it.each(['%0A', '%00', '%5C', '%1B', '%C2%85'])('%s after the separator', (control) => {
    const uri = `/acme/cat.jpg__op__resize,w_1${control}`;
    expect(outcome(() => decodePath(uri))).toBe('malformed');
  });
});

/** Decoded paths that no source may have. */
const faults: readonly (readonly [path: string, fault: string])[] = [
  ['', 'empty segment'],
  ['/', 'begins with a slash'],
  ['/a', 'begins with a slash'],
  ['a/', 'empty segment'],
  ['a//b', 'empty segment'],
  ['.', '. or ..'],
  ['..', '. or ..'],
  ['./a', '. or ..'],
  ['a/.', '. or ..'],
  ['a/./b', '. or ..'],
  ['../a', '. or ..'],
  ['a/..', '. or ..'],
  ['a/../b', '. or ..'],
  ['a/../../other/b', '. or ..'],
  ['a\\b', 'backslash'],
  ['a\0', 'control'],
  ['a\n', 'control'],
  ['a\u001f', 'control'],
  ['a\u007f', 'control'],
  ['a\u0080', 'control'],
  ['a\u009f', 'control'],
  ['_watermarks', 'reserved'],
  ['_watermarks/a.png', 'reserved'],
  ['cat__op__', '__op__'],
  ['__op__', '__op__'],
  ['x__op__resize,w_1.jpg', '__op__'],
  ['a/b__op__/c', '__op__'],
  ['cat__op', 'ends in __op'],
  ['cat__op_', 'ends in __op'],
  ['__op', 'ends in __op'],
  ['a/__op_', 'ends in __op'],
  ['\ud800', 'Unicode'],
  ['a\udc00b', 'Unicode'],
  ['a'.repeat(701), '700 bytes'],
  ['é'.repeat(351), '700 bytes'],
  ['🐈'.repeat(176), '700 bytes'],
];

const sound: readonly string[] = [
  ...['a', 'a.b', '.a', 'a.', '...', '..a', 'a..', 'a b', ' ', '%', '%2e%2e', '+', '?', '#', '"'],
  ...[
    "'",
    '(a)',
    '<b>',
    '$',
    '`',
    '😀',
    '\u00a0',
    '\ufeff',
    '\u2028',
    '．．',
    'a\u2044b',
    '__OP__',
  ],
  ...['watermarks/a', 'a/_watermarks/b', '_watermarks2', '_Watermarks', 'policies/acme.json'],
  ...['cat__o', 'cat__', 'cat_', '__', '_', 'cat_op__', 'cat__op_a', 'cat__op/a', 'cat__op.jpg'],
  ...['a'.repeat(700), 'é'.repeat(350), '🐈'.repeat(175), `${'a/'.repeat(349)}ab`],
];

describe('a source may', () => {
  it.each(faults)('not be called %j', (path, fault) => {
    expect(pathFault(path)).toContain(fault);
  });

  it.each(sound)('be called %j', (path) => expect(pathFault(path)).toBeUndefined());
});

/** How a decoded path is split. Operations are undefined if there are none. */
const splits: readonly (readonly [string, string, string, string | undefined])[] = [
  ['/acme/cat.jpg', 'acme', 'cat.jpg', undefined],
  ['/a/b/c', 'a', 'b/c', undefined],
  ['/acme/cat.jpg__op__resize,w_1', 'acme', 'cat.jpg', 'resize,w_1'],
  ['/acme/cat.jpg__op__a__op__b', 'acme', 'cat.jpg', 'a__op__b'],
  ['/acme/cat.jpg__op__', 'acme', 'cat.jpg', ''],
  ['/acme/cat___op__x', 'acme', 'cat_', 'x'],
  ['/acme/cat____op__x', 'acme', 'cat__', 'x'],
  ['/acme/cat__op__op__x', 'acme', 'cat', 'op__x'],
  ['/acme/cat__op___op__x', 'acme', 'cat', '_op__x'],
  ['/acme/cat__', 'acme', 'cat__', undefined],
  ['/acme/cat__OP__x', 'acme', 'cat__OP__x', undefined],
  ['/acme/cat.jpg__op__x/../y', 'acme', 'cat.jpg', 'x/../y'],
];

describe('a target', () => {
  it.each(splits)('%s is of tenant %s, path %s, operations %s', (target, ...parts) => {
    const [tenant, path, operations] = parts;
    expect(splitPath(target)).toEqual({ tenant, path, operations });
  });

  it.each([
    ...[
      '',
      '/',
      '//',
      'acme/cat.jpg',
      '/acme',
      '/acme/',
      '//cat.jpg',
      '//acme/cat.jpg',
      '/acme//x',
    ],
    ...['/ACME/cat.jpg', '/Acme/cat.jpg', '/ac me/x', '/acme-/x', '/-acme/x', '/a--b/x', '/a_b/x'],
    ...[
      '/acme./x',
      '/../acme/x',
      '/./acme/x',
      '/__proto__/x',
      '/аcme/x',
      '/acme\u212a/x',
      '/acme?/x',
    ],
    ...['/acme/__op__resize,w_1', '/acme__op__resize,w_1', '/__op__/acme/x', '/acme/../other/x'],
    ...[`/${'a'.repeat(64)}/x`, `/acme/${'a'.repeat(701)}`, '/acme/cat__op', '/acme/cat__op_'],
    ...['/acme/_watermarks/logo.png', '/acme/_watermarks/logo.png__op__resize,w_1'],
  ])('%j is malformed', (target) => {
    expect(outcome(() => splitPath(target))).toBe('malformed');
  });

  it('always names a source of its own tenant', () => {
    const own = fc.property(legalPaths, (path) => {
      expect(sourceKey(splitPath(`/acme/${path}`))).toBe(`acme/${path}`);
    });
    fc.assert(own, runs(1_000));
  });

  it.each(['a/', '/', './', '../', '\0', '\\', '_watermarks/', 'é'])(
    'of ten thousand times %j is refused by its length before anything else',
    (part) => {
      const refusal = refusalOf(() => splitPath(`/acme/${part.repeat(10_000)}`));
      expect(refusal?.message).toContain('700 bytes');
    },
  );
});

describe('a tenant', () => {
  it.each([...['a', '0', 'acme', 'acme-2', 'a-b-c', '7', 'x'.repeat(63), 'constructor', 'con']])(
    'may be called %s',
    (name) => expect(isTenant(name)).toBe(true),
  );

  it.each([
    ...['', '-', 'a-', '-a', 'a--b', 'A', 'a_b', 'a.b', 'a/b', 'a b', 'é', 'ſ', 'ａ', 'a\n', '\na'],
    ...['__proto__', '..', '%61', 'x'.repeat(64)],
  ])('may not be called %j', (name) => expect(isTenant(name)).toBe(false));
});

it('bytes are counted in UTF-8', () => {
  expect(['', 'a', 'é', '日', '🐈'].map(utf8Bytes)).toEqual([0, 1, 2, 3, 4]);
});
