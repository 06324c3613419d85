import * as v from 'valibot';
import { checksumAlgorithm } from '../wire/checksum.ts';
import { maxBodyBytes, maxParts, minPartBytes } from '../wire/limits.ts';
import { S3Error } from '../wire/s3-error.ts';
import { parseXml, unescapeXml } from '../wire/xml.ts';
import type { PartHead } from './part-file.ts';
import type { Upload } from './upload.ts';

/** A part as the request to complete an upload names it. */
export type ListedPart = {
  readonly number: number;
  readonly etag: string;
  /** Checksums by the names of their elements, such as ChecksumCRC32. */
  readonly checksums: Readonly<Record<string, string>>;
};

const listSchema = v.object({
  CompleteMultipartUpload: v.looseObject({
    Part: v.pipe(
      v.array(
        v.objectWithRest(
          { PartNumber: v.pipe(v.string(), v.regex(/^\s*[0-9]{1,5}\s*$/)), ETag: v.string() },
          v.unknown(),
        ),
      ),
      v.maxLength(maxParts),
    ),
  }),
});

/** Reads the document of a request to complete an upload. Throws MalformedXML. */
export function parsePartList(text: string): readonly ListedPart[] {
  const parsed = v.safeParse(listSchema, parseXml(text));
  if (!parsed.success) throw new S3Error('MalformedXML');
  return parsed.output.CompleteMultipartUpload.Part.map(({ PartNumber, ETag, ...others }) => ({
    number: Number(PartNumber),
    etag: unescapeXml(ETag).trim().replaceAll('"', ''),
    checksums: Object.fromEntries(
      Object.entries(others).filter(
        (pair): pair is [string, string] => typeof pair[1] === 'string',
      ),
    ),
  }));
}

/**
 * The parts of an upload that a request lists, in their order. Throws what S3 answers if they cannot
 * become an object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function chooseParts(upload: Upload, listed: readonly ListedPart[]): readonly PartHead[] {
  checkOrder(listed);
  const parts = listed.map((one) => choosePart(upload, one));
  for (const { size, number } of parts.slice(0, -1)) {
    if (size < minPartBytes) {
      throw new S3Error(
        'EntityTooSmall',
        `Your proposed upload is smaller than the minimum allowed size: part ${number} has ${size} bytes, and every part but the last needs ${minPartBytes}.`,
      );
    }
  }
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBodyBytes) throw new S3Error('EntityTooLarge');
  return parts;
}

function checkOrder(listed: readonly ListedPart[]): void {
  const isAscending = listed.every(({ number }, at) => number > (listed[at - 1]?.number ?? 0));
  if (!isAscending) throw new S3Error('InvalidPartOrder');
}

function choosePart({ parts, checksum: choice }: Upload, listed: ListedPart): PartHead {
  const part = parts.get(listed.number);
  if (part === undefined || part.etag !== listed.etag) throw new S3Error('InvalidPart');
  const name = part.checksum && `Checksum${checksumAlgorithm(part.checksum.name)}`;
  const given = name === null ? undefined : listed.checksums[name];
  if (given !== undefined && given !== part.checksum?.value) throw new S3Error('InvalidPart');
  if (given === undefined && choice?.type === 'COMPOSITE') {
    const algorithm = checksumAlgorithm(choice.name).toLowerCase();
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.number} in the request.`,
    );
  }
  return part;
}
