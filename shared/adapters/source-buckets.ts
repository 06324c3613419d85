import type { S3Client } from '@aws-sdk/client-s3';
import type { ListedSources } from '../objects/source-buckets.ts';
import type { SourceEntries } from '../policy/source-entries.ts';
import type { ObjectReader } from '../ports.ts';
import type { AwsAccess, Patience } from './aws-client.ts';
import { ownedBucketReader, s3Client } from './s3.ts';

/**
 * Reads sources from Signet's own bucket and from those of the entries, each in its own Region. A client is made when
 * the first source of its Region is read.
 */
export function sourceReaders(
  own: ObjectReader,
  entries: SourceEntries,
  { access, patience }: { readonly access: AwsAccess; readonly patience: Patience },
): ListedSources {
  const clients = new Map<string, S3Client>();
  const clientIn = (region: string): S3Client => {
    const client = clients.get(region) ?? s3Client({ ...access, region }, patience);
    clients.set(region, client);
    return client;
  };
  return {
    own,
    entries,
    open: ({ bucket, region, account }) =>
      ownedBucketReader(clientIn(region), { bucket, owner: account }),
  };
}
