import { maxMetadataBytes } from './limits.ts';
import { S3Error } from './s3-error.ts';

type Headers = ReadonlyMap<string, string>;

const kept = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const metaPrefix = 'x-amz-meta-';
const classHeader = 'x-amz-storage-class';
const defaultClass = 'STANDARD';

/** The classes whose objects can be read at once. Here they differ in their name only. */
const storageClasses: readonly string[] = [
  defaultClass,
  ...['REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'],
];
const archiveClasses: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

// Headers for features that are not implemented. Ignoring them would claim that they work.
const unsupported: readonly string[] = [
  'x-amz-expected-bucket-owner',
  'x-amz-mfa',
  'x-amz-object-lock-',
  'x-amz-rename-source',
  'x-amz-server-side-encryption-',
  'x-amz-source-expected-bucket-owner',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
];

/** The only encryption of the deployed buckets, which they apply in any case. */
const encryption = 'AES256';

/** The deployed buckets have no ACLs. They accept those that grant nothing to others. */
const ownAcls: readonly string[] = ['private', 'bucket-owner-full-control'];

/** Throws for headers of features that this server does not have. */
export function refuseUnsupportedHeaders(operation: string, headers: Headers): void {
  for (const [name, value] of headers) {
    const wrong = unsupported.some((start) => name.startsWith(start));
    if (wrong || (name === 'x-amz-server-side-encryption' && value !== encryption)) {
      throw new S3Error(
        'NotImplemented',
        `${operation} with the header ${name}: ${value} is not implemented by the local S3; send the request without it.`,
      );
    }
    const shares = name.startsWith('x-amz-grant-');
    if (shares || (name === 'x-amz-acl' && !ownAcls.includes(value))) {
      throw new S3Error('AccessControlListNotSupported');
    }
  }
}

/** The headers of an upload that later GETs return. */
export function storedHeaders(headers: Headers): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of headers) {
    const meta = name.startsWith(metaPrefix);
    if (meta) metadataBytes += name.length - metaPrefix.length + value.length;
    if (meta || (kept.includes(name) && value !== '')) stored[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) throw new S3Error('MetadataTooLarge');
  return withStorageClass(withoutTransferCoding(stored), headers);
}

/** Removes aws-chunked, which describes the transfer and not the object. */
function withoutTransferCoding(stored: Record<string, string>): Record<string, string> {
  const { 'content-encoding': encoding = '', ...rest } = stored;
  const codings = encoding.split(',').map((coding) => coding.trim());
  const lasting = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked');
  return lasting.length === 0 ? rest : { ...rest, 'content-encoding': lasting.join(',') };
}

/** Sets the storage class that a request asks for. As in S3, the header is absent for STANDARD. */
export function withStorageClass(
  stored: Readonly<Record<string, string>>,
  headers: Headers,
): Record<string, string> {
  const { [classHeader]: _, ...rest } = stored;
  const asked = headers.get(classHeader) ?? defaultClass;
  if (archiveClasses.includes(asked)) {
    throw new S3Error(
      'NotImplemented',
      `The storage class ${asked} is not implemented by the local S3, because its objects cannot be read at once; use GLACIER_IR or STANDARD.`,
    );
  }
  if (!storageClasses.includes(asked)) throw new S3Error('InvalidStorageClass');
  return asked === defaultClass ? rest : { ...rest, [classHeader]: asked };
}

/** The storage class of an object with these headers. */
export function storageClassOf(stored: Readonly<Record<string, string>>): string {
  return stored[classHeader] ?? defaultClass;
}
