/*
 * Buckets that Signet reads and does not own. A deployment lists them by name, with the tenants that may use
 * each; a policy chooses one by its name. No URL and no request names a bucket.
 */

/** One bucket, or a part of one. */
export type SourceEntry = {
  readonly bucket: string;
  /** The Region of the bucket. */
  readonly region: string;
  /** The beginning of every key, with a slash at its end. `{tenant}` stands for the name of the tenant. */
  readonly prefix: string;
  /** The tenants that may use it. */
  readonly tenants: readonly string[];
  /** The account that owns the bucket. S3 refuses a read if another one does. */
  readonly account?: string | undefined;
  /** The ARN of the KMS key of the bucket's owner, in the Region of the bucket. */
  readonly key?: string | undefined;
  /** False if the owner does not allow to list the bucket, so that S3 says 403 of a missing object. */
  readonly list?: boolean | undefined;
};

/** The entries by name. */
export type SourceEntries = Readonly<Record<string, SourceEntry>>;

/** The place of the tenant's name in a prefix. */
export const tenantMark = '{tenant}';

/** The beginning of the keys of one tenant in an entry. */
export const entryPrefix = ({ prefix }: Pick<SourceEntry, 'prefix'>, tenant: string): string =>
  prefix.replaceAll(tenantMark, tenant);

/** Finds an entry by its name. */
export const findEntry = (entries: SourceEntries, name: string): SourceEntry | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

/** A tenant's part of an entry. */
export type EntryPart = {
  readonly name: string;
  readonly bucket: string;
  readonly tenant: string;
  readonly prefix: string;
};

/** The parts of all tenants in all entries. */
export const entryParts = (entries: SourceEntries): readonly EntryPart[] =>
  Object.entries(entries).flatMap(([name, entry]) =>
    entry.tenants.map((tenant) => {
      return { name, bucket: entry.bucket, tenant, prefix: entryPrefix(entry, tenant) };
    }),
  );
