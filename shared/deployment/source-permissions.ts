import {
  entryPrefix,
  type SourceEntries,
  type SourceEntry,
  tenantMark,
} from '../policy/source-entries.ts';
import { type Permission, permissions } from './permissions.ts';

/*
 * What the render role and operators may read besides Signet's own buckets: for each entry of `sources` its objects,
 * and nothing else.
 */

/**
 * Characters of one policy document, without spaces. All inline policies of a role together may have 10,240; the
 * rest is for the other statements.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const sourceCharacters = 7_000;

/** A managed policy may have 6,144 characters, and that of operators has many other statements. */
export const operatorSourceCharacters = 2_100;

type PrefixesOf = (entry: SourceEntry) => readonly string[];

const exactly: PrefixesOf = (entry) => entry.tenants.map((tenant) => entryPrefix(entry, tenant));

/** The prefix up to the name of the tenant. */
const ofAllTenants: PrefixesOf = ({ prefix }) => [prefix.split(tenantMark, 1)[0] ?? prefix];

function entryPermissions(entries: SourceEntries, prefixesOf: PrefixesOf): readonly Permission[] {
  const all = Object.values(entries);
  const buckets = [...new Set(all.map(({ bucket }) => bucket))];
  const listable = new Set(all.filter(({ list }) => list !== false).map(({ bucket }) => bucket));
  const keys = new Map(
    all.flatMap(({ key, region }) => (key === undefined ? [] : [[key, region]])),
  );
  return [
    ...buckets.map((bucket): Permission => {
      const prefixes = all.filter((one) => one.bucket === bucket).flatMap(prefixesOf);
      const distinct = [...new Set(prefixes)];
      return {
        actions: ['s3:GetObject'],
        elsewhere: bucket,
        prefixes: distinct,
        why: 'to read sources',
      };
    }),
    ...[...listable].map(
      (bucket): Permission => ({
        actions: ['s3:ListBucket'],
        elsewhere: bucket,
        why: 'to get 404 instead of 403 for a missing object',
      }),
    ),
    ...[...keys].map(
      ([kmsKey = '', region = '']): Permission => ({
        actions: ['kms:Decrypt'],
        ...{ kmsKey, region },
        why: 'to read sources that are encrypted with it',
      }),
    ),
  ];
}

/**
 * What the statements add to a policy document, at most. Those on S3 join statements of the same action that are there
 * anyway, so they add their ARNs only.
 */
const sizeOf = (list: readonly Permission[]): number =>
  list.reduce((sum, one) => {
    if ('kmsKey' in one) return sum + one.kmsKey.length + 150;
    if (!('elsewhere' in one)) return sum;
    const { elsewhere, prefixes = [''] } = one;
    const arns = prefixes.map((prefix) => `"arn:aws:s3:::${elsewhere}/${prefix}*",`.length);
    return sum + arns.reduce((all, length) => all + length, 0);
  }, 0);

/**
 * The permissions for the entries of a deployment. They name the part of each tenant while they have no more than
 * `most` characters, and else the prefix before the name of the tenant. Undefined if that is too long, too.
 */
export function sourcePermissions(
  entries: SourceEntries,
  most = sourceCharacters,
): readonly Permission[] | undefined {
  const candidates = [exactly, ofAllTenants].map((one) => entryPermissions(entries, one));
  return candidates.find((one) => sizeOf(one) <= most);
}

/** All permissions of origin-response. */
export const renderPermissions = (entries: SourceEntries): readonly Permission[] => [
  ...permissions.originResponse,
  ...(sourcePermissions(entries) ?? []),
];
