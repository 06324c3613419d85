import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { portFailure } from '../shared/adapters/aws-client.ts';

/**
 * Whether an object of a versioned bucket is the first version of its key and was never deleted. Returns
 * false for a bucket without versions. Throws `PortFailure`.
 */
export const isFirstVersion =
  (client: S3Client, bucket: string) =>
  async (key: string): Promise<boolean> => {
    // S3 lists versions by key, and the key itself sorts before longer keys with this prefix.
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, MaxKeys: 2 });
    const page = await client.send(command).catch((thrown: unknown) => {
      throw portFailure(`S3 ListObjectVersions on ${bucket}`, thrown);
    });
    const isOurs = ({ Key }: { readonly Key?: string | undefined }): boolean => Key === key;
    const [only, second] = page.Versions?.filter(isOurs) ?? [];
    const versioned = only?.VersionId !== undefined && only.VersionId !== 'null';
    return versioned && second === undefined && !page.DeleteMarkers?.some(isOurs);
  };
