import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { entryParts, type SourceEntries } from '../../../shared/policy/source-entries.ts';
import { findOverlap, sourceEntriesSchema } from '../../../shared/policy/source-settings.ts';
import { manySources, manyTenants } from './many-sources.ts';

const photos = {
  bucket: 'my-photos',
  region: 'eu-west-1',
  prefix: 'images/{tenant}/',
  tenants: ['acme', 'zed'],
};
const one = { ...photos, prefix: 'acme/', tenants: ['acme'] };

function faultOf(entries: unknown): string | undefined {
  const read = v.safeParse(sourceEntriesSchema, entries, { abortEarly: true });
  return read.success
    ? undefined
    : `${v.getDotPath(read.issues[0]) ?? ''} ${read.issues[0].message}`;
}

const without = (name: keyof typeof photos): object =>
  Object.fromEntries(Object.entries(photos).filter(([own]) => own !== name));

describe('an entry of sources', () => {
  it.each([
    ['several tenants, apart by name', photos],
    ['one tenant', one],
    ['a name inside a segment', { ...photos, prefix: 'img-{tenant}.d/' }],
    ['a name that comes twice', { ...photos, prefix: '{tenant}/{tenant}/' }],
    ['dots, spaces and other letters', { ...one, prefix: 'A b.c/..d/ü/' }],
    ['a bucket with dots', { ...photos, bucket: 'img.example.com' }],
    ['an owner', { ...photos, account: '111122223333' }],
    ['a key', { ...photos, key: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1234' }],
    ['no right to list', { ...photos, list: false }],
    ['an opt-in Region', { ...photos, region: 'ap-southeast-7' }],
  ])('may have %s', (_what, entry) => {
    expect(faultOf({ photos: entry })).toBeUndefined();
  });

  const prefix = 'photos.prefix';
  const wrongs: readonly (readonly [what: string, entry: object, fault: string])[] = [
    ['no bucket', without('bucket'), 'photos.bucket'],
    ['no Region', without('region'), 'photos.region'],
    ['no prefix', without('prefix'), prefix],
    ['no tenants', without('tenants'), 'photos.tenants'],
    ['a field of another name', { ...photos, prefx: 'a/' }, 'photos.prefx'],
    ...['A-bucket', 'ab', 'a..b', '1.2.3.4', 'x-s3alias', 'x--x-s3', 'arn:aws:s3:::x', 'a_b'].map(
      (bucket) =>
        [
          `the bucket ${bucket}`,
          { ...photos, bucket },
          'photos.bucket expects the name of a general purpose bucket',
        ] as const,
    ),
    ...['eu-west1', 'cn-north-1', 'us-gov-west-1', 'EU-WEST-1', ''].map(
      (region) =>
        [
          `the Region ${region}`,
          { ...photos, region },
          'photos.region expects the Region of the bucket, such as eu-west-1',
        ] as const,
    ),
    [
      'a prefix without a slash at its end',
      { ...photos, prefix: '{tenant}' },
      `${prefix} does not end in /`,
    ],
    ['an empty prefix', { ...one, prefix: '' }, `${prefix} does not end in /`],
    ['a slash first', { ...one, prefix: '/a/' }, `${prefix} begins with a slash; leave it out`],
    ['an empty segment', { ...one, prefix: 'a//b/' }, `${prefix} has an empty segment`],
    ['a dot segment', { ...one, prefix: 'a/./b/' }, `${prefix} has a . or .. segment`],
    ['two dots', { ...one, prefix: '../' }, `${prefix} has a . or .. segment`],
    [
      'another brace',
      { ...photos, prefix: '{Tenant}/' },
      `${prefix} has a brace that does not belong to {tenant}`,
    ],
    [
      'a star',
      { ...one, prefix: 'a*/' },
      `${prefix} has *, ? or $, which are wildcards in the policies of AWS`,
    ],
    ['a variable', { ...one, prefix: '$x/' }, `${prefix} has *, ? or $`],
    [
      'a letter that is not in Latin-1',
      { ...one, prefix: 'фото/' },
      `${prefix} has a character that policies of AWS cannot have: only letters of Western Europe are possible`,
    ],
    ['a control character', { ...one, prefix: 'a\n/' }, `${prefix} has a control character`],
    [
      'a long prefix',
      { ...one, prefix: `${'a'.repeat(324)}/` },
      `${prefix} has more than 324 bytes`,
    ],
    [
      'a prefix that is long for one tenant',
      { ...photos, prefix: `${'{tenant}/'.repeat(30)}`, tenants: ['a', 'acme-corporation'] },
      'photos has a prefix with more than 324 bytes, which leaves no room for a path',
    ],
    [
      'several tenants without their names',
      { ...photos, prefix: 'images/' },
      'photos names several tenants, so its prefix needs {tenant}, which keeps them apart',
    ],
    ['no tenant', { ...photos, tenants: [] }, 'photos.tenants names no tenant'],
    ['a tenant twice', { ...photos, tenants: ['a', 'a'] }, 'photos.tenants names a tenant twice'],
    [
      'no tenant name',
      { ...photos, tenants: ['Acme'] },
      'photos.tenants.0 expects the name of a tenant',
    ],
    [
      'a short account',
      { ...photos, account: '1' },
      'photos.account expects the 12 digits of the account that owns the bucket',
    ],
    ['an alias of a key', { ...photos, key: 'alias/x' }, 'photos.key expects the ARN of a KMS key'],
    [
      'a key of another Region',
      { ...photos, key: 'arn:aws:kms:us-east-1:111122223333:key/1' },
      'photos has a KMS key of another Region; S3 uses keys in the Region of the bucket',
    ],
    ['another list', { ...photos, list: 'no' }, 'photos.list expects true or false'],
  ];
  it.each(wrongs)('may not have %s', (_what, entry, fault) => {
    expect(faultOf({ photos: entry })).toContain(fault);
  });

  it.each([[[]], ['x'], [null], [JSON.parse('{"__proto__":{}}')]])(
    'is in an object, not in %j',
    (all) => {
      expect(faultOf(all)).toContain('expects an object');
    },
  );

  it.each(['Photos', 'a_b', '', 'a'.repeat(64)])('may not be called "%s"', (name) => {
    expect(faultOf({ [name]: photos })).toContain('is not a name for a source');
  });
});

describe('two entries', () => {
  const overlap = (first: object, second: object) =>
    faultOf({ one: { ...one, ...first }, two: { ...one, ...second } });

  it('are both named, with what they share', () => {
    expect(overlap({ prefix: 'a/' }, { prefix: 'a/b/', tenants: ['zed'] })).toBe(
      ' has entries that share keys: "one" (my-photos/a/ of acme) and "two" (my-photos/a/b/ of zed) overlap; give each its own prefix',
    );
  });

  it.each([
    ['the same prefix', 'a/', 'a/'],
    ['a longer prefix', 'a/', 'a/b/c/'],
    ['a shorter prefix', 'a/b/', 'a/'],
    ['the prefix that the name of a tenant makes', '{tenant}/', 'acme/x/'],
  ])('may not have %s', (_what, first, second) => {
    expect(overlap({ prefix: first }, { prefix: second, tenants: ['zed'] })).toContain(
      'share keys',
    );
  });

  it.each([
    ['begins like the other', 'a/', 'ab/'],
    ['has a dot', 'a/', 'a./'],
    ['differs by case', 'a/', 'A/'],
    ['has another name of a tenant', 'x/{tenant}/', 'x/acme2/'],
  ])('may have a prefix that %s', (_what, first, second) => {
    expect(overlap({ prefix: first }, { prefix: second, tenants: ['zed'] })).toBeUndefined();
  });

  it('may have one prefix in two buckets', () => {
    expect(overlap({}, { bucket: 'other-photos' })).toBeUndefined();
  });

  it.each([{ region: 'us-east-1' }, { account: '111122223333' }])(
    'may not say different things about one bucket: %j',
    (other) => {
      expect(overlap({ prefix: 'a/' }, { prefix: 'b/', ...other })).toBe(
        ' has a contradiction: "one" and "two" name bucket my-photos in different Regions or accounts',
      );
    },
  );
});

/** Compares each with each, as a reference for the search in a sorted list. */
function findSlowly(entries: SourceEntries): boolean {
  const parts = entryParts(entries);
  return parts.some((first, at) =>
    parts.some(
      (second, other) =>
        at !== other && first.bucket === second.bucket && second.prefix.startsWith(first.prefix),
    ),
  );
}

describe('50 entries for 50 tenants', () => {
  it('are accepted, because none overlaps another', () => {
    expect([Object.keys(manySources).length, new Set(manyTenants).size]).toEqual([50, 50]);
    expect(entryParts(manySources)).toHaveLength(10 * 50 + 40);
    expect(faultOf(manySources)).toBeUndefined();
    expect(findSlowly(manySources)).toBe(false);
  });

  it('are refused as soon as one of them moves into another', () => {
    const parts = entryParts(manySources);
    for (const [at, name] of Object.keys(manySources).entries()) {
      const { bucket, prefix } = parts[(at * 37) % parts.length] ?? { bucket: '', prefix: '' };
      const { region, account } = manySources[name] ?? {};
      const moved = { region, account, bucket, prefix: `${prefix}x/`, tenants: ['new'] };
      const entries = { ...manySources, [`moved-${at}`]: moved } as SourceEntries;
      expect([at, findOverlap(entries) !== undefined, findSlowly(entries)]).toEqual([
        at,
        true,
        true,
      ]);
    }
  });
});
