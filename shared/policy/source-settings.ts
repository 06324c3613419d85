import * as v from 'valibot';
import { limits } from '../limits.ts';
import { isPlainObject } from '../plain-object.ts';
import { isTenant } from '../url/path.ts';
import { utf8Bytes } from '../utf8.ts';
import {
  type EntryPart,
  entryParts,
  entryPrefix,
  type SourceEntries,
  tenantMark,
} from './source-entries.ts';
import { entryName, entryNameExpects, prefixFault } from './source-fields.ts';

/*
 * The schema of `sources`, the setting of a deployment. It rejects entries with which one tenant could reach the
 * sources of another one.
 */

const text = (form: RegExp, expects: string) =>
  v.pipe(v.string(`expects ${expects}`), v.regex(form, `expects ${expects}`));

/**
 * General purpose buckets only: aliases of access points and directory buckets have reserved endings.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const bucketForm =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!(?:[0-9]+\.){3}[0-9]+$)(?!.*\.\.)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const regionForm = /^(?!cn-|us-gov-|us-iso|eu-isoe)[a-z]{2}(?:-[a-z]+){1,2}-[1-9]$/;
/** The group is the Region. */
const keyForm = /^arn:aws:kms:([a-z0-9-]+):[0-9]{12}:key\/[A-Za-z0-9-]{1,64}$/;

const keyExpects =
  'the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/**
 * Finds what is wrong with the prefix of an entry. It becomes part of a policy of IAM, which has Latin-1 letters only.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
function entryPrefixFault(prefix: string): string | undefined {
  const outside = prefix.replaceAll(tenantMark, 'a');
  if (/[{}]/.test(outside)) return `has a brace that does not belong to ${tenantMark}`;
  if (/[*?$]/.test(outside)) return 'has *, ? or $, which are wildcards in the policies of AWS';
  const fault = prefixFault(outside);
  if (fault !== undefined) return fault;
  return /[^ -\u00ff]/.test(outside)
    ? 'has a character that policies of AWS cannot have: only letters of Western Europe are possible'
    : undefined;
}

const prefix = v.pipe(
  v.string('expects a text that ends in /, such as images/{tenant}/'),
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const fault = dataset.typed ? entryPrefixFault(dataset.value) : undefined;
    if (fault !== undefined) addIssue({ message: fault });
  }),
);

const tenants = v.pipe(
  v.array(
    v.pipe(v.string('expects a tenant'), v.check(isTenant, 'expects the name of a tenant')),
    'expects a list of tenants, such as ["acme"]',
  ),
  v.minLength(1, 'names no tenant'),
  v.check((all) => new Set(all).size === all.length, 'names a tenant twice'),
);

const entry = v.pipe(
  v.strictObject({
    bucket: text(bucketForm, 'the name of a general purpose bucket'),
    region: text(regionForm, 'the Region of the bucket, such as eu-west-1'),
    prefix,
    tenants,
    account: v.optional(text(/^[0-9]{12}$/, 'the 12 digits of the account that owns the bucket')),
    key: v.optional(text(keyForm, keyExpects)),
    list: v.optional(v.boolean('expects true or false')),
  }),
  v.check(
    (one) => one.prefix.includes(tenantMark) || one.tenants.length === 1,
    `names several tenants, so its prefix needs ${tenantMark}, which keeps them apart`,
  ),
  v.check(
    ({ key, region }) => key === undefined || keyForm.exec(key)?.[1] === region,
    'has a KMS key of another Region; S3 uses keys in the Region of the bucket',
  ),
  v.check(
    (one) =>
      one.tenants.every(
        (tenant) => utf8Bytes(entryPrefix(one, tenant)) <= limits.sourcePrefixBytes,
      ),
    `has a prefix with more than ${limits.sourcePrefixBytes} bytes, which leaves no room for a path`,
  ),
);

const nameForm = v.pipe(
  v.string(),
  v.check(entryName, `is not a name for a source: ${entryNameExpects}`),
);

const printPart = ({ name, bucket, prefix, tenant }: EntryPart): string =>
  `"${name}" (${bucket}/${prefix} of ${tenant})`;

/** Orders texts so that those with a common beginning stand next to each other. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/**
 * Finds two entries that share keys. After sorting, a prefix is followed at once by one that it begins, if there is
 * one.
 */
export function findOverlap(entries: SourceEntries): string | undefined {
  const places = entryParts(entries).map((part) => ({
    part,
    text: `${part.bucket}/${part.prefix}`,
  }));
  const sorted = places.toSorted((one, other) => compareTexts(one.text, other.text));
  for (const [at, { part, text: own }] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next?.text.startsWith(own))
      return `${printPart(part)} and ${printPart(next.part)} overlap; give each its own prefix`;
  }
  return undefined;
}

/** Finds two entries that say different things about one bucket. */
export function findDisagreement(entries: SourceEntries): string | undefined {
  const seen = new Map<string, string>();
  for (const [name, { bucket, region, account }] of Object.entries(entries)) {
    const other = entries[seen.get(bucket) ?? name];
    if (other?.region !== region || other.account !== account)
      return `"${seen.get(bucket)}" and "${name}" name bucket ${bucket} in different Regions or accounts`;
    seen.set(bucket, name);
  }
  return undefined;
}

const example =
  '{"photos": {"bucket": "my-photos", "region": "eu-west-1", "prefix": "images/{tenant}/", "tenants": ["acme"]}}';

const entryRecord = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    isPlainObject,
    `expects an object, such as ${example}`,
  ),
  v.record(nameForm, entry),
);

/** The setting `sources`. */
export const sourceEntriesSchema = v.pipe(
  entryRecord,
  v.check(
    (all) => utf8Bytes(JSON.stringify(all)) <= limits.sourceEntriesBytes,
    `has more than ${limits.sourceEntriesBytes} bytes; use ${tenantMark} instead of one entry for each tenant`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const overlap = findOverlap(dataset.value);
    if (overlap !== undefined) addIssue({ message: `has entries that share keys: ${overlap}` });
    const disagreement = findDisagreement(dataset.value);
    if (disagreement !== undefined) addIssue({ message: `has a contradiction: ${disagreement}` });
  }),
);
