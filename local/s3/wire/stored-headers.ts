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

// Headers for features that are not implemented. Ignoring them would claim that they work.
const unsupported: readonly string[] = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-expected-bucket-owner',
  'x-amz-grant-',
  'x-amz-mfa',
  'x-amz-object-lock-',
  'x-amz-rename-source',
  'x-amz-server-side-encryption-',
  'x-amz-source-expected-bucket-owner',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
];
// Headers with one supported value, which describes what the server does in any case.
const onlyValues: Readonly<Record<string, string>> = {
  'x-amz-server-side-encryption': 'AES256',
  'x-amz-storage-class': 'STANDARD',
};

/** Throws NotImplemented for headers of features that this server does not have. */
export function refuseUnsupportedHeaders(headers: Headers): void {
  for (const [name, value] of headers) {
    const only = onlyValues[name];
    const wrong = unsupported.some((start) => name.startsWith(start));
    if (wrong || (only !== undefined && only !== value)) {
      throw new S3Error('NotImplemented', `The header ${name} is not implemented here.`);
    }
  }
}

/** The headers of a PUT that later GETs return. */
export function storedHeaders(headers: Headers): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of headers) {
    const meta = name.startsWith(metaPrefix);
    if (meta) metadataBytes += name.length - metaPrefix.length + value.length;
    if (meta || (kept.includes(name) && value !== '')) stored[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) throw new S3Error('MetadataTooLarge');
  return withoutTransferCoding(stored);
}

/** Removes aws-chunked, which describes the transfer and not the object. */
function withoutTransferCoding(stored: Record<string, string>): Record<string, string> {
  const { 'content-encoding': encoding = '', ...rest } = stored;
  const codings = encoding.split(',').map((coding) => coding.trim());
  const lasting = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked');
  return lasting.length === 0 ? rest : { ...rest, 'content-encoding': lasting.join(',') };
}

/** Counts the tags of an x-amz-tagging header. Throws if S3 would refuse it. */
export function countTags(tagging: string): number {
  const names = tagging.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  const held = names.filter((name) => name !== '');
  if (held.length > 10 || new Set(held).size !== held.length) {
    throw new S3Error('InvalidArgument', 'x-amz-tagging must hold up to ten different tags.');
  }
  return held.length;
}
