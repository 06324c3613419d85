import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.ts';
import { textElement } from './xml.ts';

type Digest = { readonly update: (data: Uint8Array) => void; readonly base64: () => string };
type Algorithm = { readonly bytes: number; readonly start: () => Digest };

/** The S3 header name of a checksum, and its value in base64. */
export type Checksum = { readonly name: string; readonly value: string };

const createHashDigest = (name: string, bytes: number): Algorithm => ({
  bytes,
  start: () => {
    const hash = createHash(name);
    return { update: (data) => void hash.update(data), base64: () => hash.digest('base64') };
  },
});

const encodeWords = (...values: readonly number[]): string => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value >>> 0, at * 4);
  });
  return bytes.toString('base64');
};

function startCrc32(): Digest {
  let value = 0;
  return {
    update: (data) => {
      value = crc32(data, value);
    },
    base64: () => encodeWords(value),
  };
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

function startCrc32c(): Digest {
  let value = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 255] ?? 0);
    },
    base64: () => encodeWords(~value),
  };
}

// The reflected NVMe polynomial 0x9A6C9329AC4BC9B5 in two halves. BigInt would be 50 times slower.
const nvme = Array.from({ length: 256 }, (_, index) => {
  let [high, low] = [0, index];
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) [high, low] = [high ^ 0x9a6c9329, low ^ 0xac4bc9b5];
  }
  return [high, low] as const;
});
const nvmeHigh = Uint32Array.from(nvme, ([high]) => high);
const nvmeLow = Uint32Array.from(nvme, ([, low]) => low);

function startCrc64nvme(): Digest {
  let [high, low] = [0xffffffff, 0xffffffff];
  return {
    update: (data) => {
      for (const byte of data) {
        const index = (low ^ byte) & 255;
        low = ((low >>> 8) | (high << 24)) ^ (nvmeLow[index] ?? 0);
        high = (high >>> 8) ^ (nvmeHigh[index] ?? 0);
      }
    },
    base64: () => encodeWords(~high, ~low),
  };
}

// The checksum headers that S3 supports.
const algorithms: Readonly<Record<string, Algorithm>> = {
  'x-amz-checksum-crc32': { bytes: 4, start: startCrc32 },
  'x-amz-checksum-crc32c': { bytes: 4, start: startCrc32c },
  'x-amz-checksum-crc64nvme': { bytes: 8, start: startCrc64nvme },
  'x-amz-checksum-sha1': createHashDigest('sha1', 20),
  'x-amz-checksum-sha256': createHashDigest('sha256', 32),
};

/** Whether a header or trailer names a checksum that this server can verify. */
export function isChecksum(name: string): boolean {
  return Object.hasOwn(algorithms, name);
}

/** Starts the digest for a checksum header. */
export function startDigest(name: string): Digest {
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) throw new S3Error('InvalidRequest', `Unknown checksum ${name}.`);
  return algorithm.start();
}

/** The header of an algorithm, such as CRC32 in x-amz-checksum-algorithm. Throws if it is unknown. */
export function checksumHeader(algorithm: string): string {
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
  if (!isChecksum(name)) {
    throw new S3Error(
      'InvalidRequest',
      `The checksum algorithm ${algorithm} is not supported. Use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.`,
    );
  }
  return name;
}

/** The algorithm of a checksum header, as it is printed in documents: CRC32. */
export function checksumAlgorithm(name: string): string {
  return name.slice('x-amz-checksum-'.length).toUpperCase();
}

/** How the checksum of a multipart object is made: over its bytes, or over those of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** The type of a stored checksum. Only a composite one ends in the number of parts. */
export function checksumType({ value }: Checksum): ChecksumType {
  return value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT';
}

/** The headers of an answer with a checksum. */
export function checksumHeaders(checksum: Checksum | null): Record<string, string> {
  if (checksum === null) return {};
  return { [checksum.name]: checksum.value, 'x-amz-checksum-type': checksumType(checksum) };
}

/** The element of a document with a checksum. */
export function checksumElement(checksum: Checksum | null): string {
  if (checksum === null) return '';
  return textElement(`Checksum${checksumAlgorithm(checksum.name)}`, checksum.value);
}

/** The elements of a document with the checksum of an object and its type. */
export function checksumElements(checksum: Checksum | null): string {
  if (checksum === null) return '';
  return checksumElement(checksum) + textElement('ChecksumType', checksumType(checksum));
}

/** Throws InvalidRequest if the value cannot be a digest of the named algorithm. */
export function checkChecksumForm({ name, value }: Checksum): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== algorithms[name]?.bytes || bytes.toString('base64') !== value) {
    throw new S3Error('InvalidRequest', `Value for ${name} header is invalid.`);
  }
}
