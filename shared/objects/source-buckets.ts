import type { SourceEntries, SourceEntry } from '../policy/source-entries.ts';
import { type ChosenSource, sourcePlace } from '../policy/source-place.ts';
import {
  type GetOptions,
  type ListedReader,
  type ObjectReader,
  PortFailure,
  type StoreError,
} from '../ports.ts';
import { Refusal, sourceRefusal } from '../refusal.ts';

/** The buckets from which sources are read. */
export type SourceReaders = {
  /** Signet's own bucket, which also has the watermarks of all tenants. */
  readonly own: ObjectReader;
  readonly entries: SourceEntries;
  readonly open: (entry: SourceEntry) => ObjectReader;
};

/** The same buckets, for commands that also list them. */
export type ListedSources = Omit<SourceReaders, 'open'> & {
  readonly open: (entry: SourceEntry) => ListedReader;
};

type NamedEntry = { readonly name: string; readonly entry: SourceEntry };

const unavailable = (reason: string, cause: unknown): Refusal =>
  new Refusal('unavailable', { reason, cause });

/** What is wrong with the Region of an entry. S3 says it in several ways. */
function regionFault({ name, entry }: NamedEntry, { status, code, region }: StoreError) {
  const elsewhere = status === 301 || code === 'AuthorizationHeaderMalformed';
  if (!elsewhere) return undefined;
  const where = region === undefined || region === entry.region ? '' : ` but in ${region}`;
  return `bucket ${entry.bucket} of source "${name}" is not in ${entry.region}${where}; correct its region in cdk.json and deploy`;
}

/** Describes an error of the whole entry: an operator has to act. */
function entryFault(named: NamedEntry, error: StoreError): string | undefined {
  const { name, entry } = named;
  const { bucket, account, key } = entry;
  if (error.code === 'NoSuchBucket')
    return `bucket ${bucket} of source "${name}" does not exist; correct its bucket in cdk.json and deploy, or publish another source.from`;
  if (error.code.startsWith('KMS.'))
    return `the KMS key of source "${name}" cannot be used (${error.code}); enable it, or correct its key in cdk.json and deploy`;
  if (error.status === 403)
    return `S3 denied a read from bucket ${bucket} of source "${name}"; check that the policy of the bucket allows the render role, that account ${account ?? 'of the installation'} owns it, and ${key === undefined ? 'that its objects need no KMS key, which cdk.json does not name' : `that the policy of ${key} allows kms:Decrypt`}`;
  return regionFault(named, error);
}

/** Describes an error of one object. */
function objectFault({ name, entry }: NamedEntry, error: StoreError, cause: unknown) {
  if (error.code === 'InvalidObjectState')
    return sourceRefusal('source_missing', `the object in source "${name}" is archived`, cause);
  if (error.status !== 403 || entry.list !== false) return undefined;
  const reason = `source "${name}" has "list": false and S3 denied the read: the object is missing, or the policy of bucket ${entry.bucket} or of its KMS key does not allow the render role`;
  return sourceRefusal('source_missing', reason, cause);
}

function explainFailure(named: NamedEntry, thrown: unknown): unknown {
  if (!(thrown instanceof PortFailure) || thrown.error === undefined) return thrown;
  // These have nothing to do with the bucket.
  if (thrown.credentials !== undefined || thrown.error.code === 'RequestTimeTooSkewed')
    return thrown;
  const aboutObject = objectFault(named, thrown.error, thrown);
  if (aboutObject !== undefined) return aboutObject;
  const fault = entryFault(named, thrown.error);
  return fault === undefined ? thrown : unavailable(fault, thrown);
}

/** Throws `unavailable` if the deployment has no such place: its entry is newer or older than the policy. */
function findPlace(entries: SourceEntries, tenant: string, source: ChosenSource) {
  const place = sourcePlace(entries, tenant, source);
  const fault = 'fault' in place ? place.fault : 'names no source';
  if ('fault' in place || place.elsewhere === undefined)
    throw new Refusal(
      'unavailable',
      `the policy of ${tenant} ${fault}; add it to sources in cdk.json and deploy, or publish another source.from`,
    );
  return { elsewhere: place.elsewhere, prefix: place.prefix };
}

/** Reads an object from the entry that a policy names. Throws as `readFromPlace` does. */
export async function readElsewhere(
  { entries, open }: SourceReaders,
  { tenant, path }: { readonly tenant: string; readonly path: string },
  source: ChosenSource,
  options: GetOptions,
): ReturnType<ObjectReader['get']> {
  const { elsewhere, prefix } = findPlace(entries, tenant, source);
  return open(elsewhere.entry)
    .get(`${prefix}${path}`, options)
    .catch((thrown: unknown) => {
      throw explainFailure(elsewhere, thrown);
    });
}
