import type { SourceEntries, SourceEntry } from '../../../shared/policy/source-entries.ts';

/*
 * 50 tenants and 50 entries whose names and prefixes begin like each other, have dots and hyphens, and differ by case
 * alone.
 */

const names = ['a', 'ab', 'abc', 'a-b', 'ab-c', 'acme', 'acme-2', 'acme2', 'acme-2-x', 'x'];

export const manyTenants: readonly string[] = Array.from(
  { length: 50 },
  (_one, at) => `${names[at % names.length]}${at < names.length ? '' : `-n${Math.floor(at / 10)}`}`,
);

const prefixes = [
  ...['{tenant}/', 'a/{tenant}/', 'ab/{tenant}/', 'A/{tenant}/', 'a.b/{tenant}/', 'a./{tenant}/'],
  ...[
    'a/b/{tenant}/',
    'a/b./{tenant}/',
    'img-{tenant}/',
    '{tenant}.x/',
    '{tenant}-/',
    'x{tenant}x/',
  ],
];

const place = { region: 'eu-west-1', account: '111122223333' } as const;

/** Ten entries are for all tenants; the others are for one tenant each, in a bucket that they share. */
function entryAt(at: number): SourceEntry {
  if (at < 10)
    return {
      ...place,
      bucket: `bucket.${Math.floor(at / 12)}`,
      prefix: prefixes[at + 1] ?? '',
      tenants: manyTenants,
    };
  const own = ['s', 'st', 'S', 's.t', 's-t', 's./t', 's/t', 'st/a'][at % 8];
  const tenant = manyTenants[at] ?? '';
  return { ...place, bucket: 'shared-bucket', prefix: `${own}/${at}/`, tenants: [tenant] };
}

export const manySources: SourceEntries = Object.fromEntries(
  Array.from({ length: 50 }, (_one, at) => [`source-${at}`, entryAt(at)]),
);
