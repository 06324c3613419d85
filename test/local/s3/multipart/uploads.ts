import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { bucket, listIncoming, type Running } from '../embedded-s3.ts';

export const mebibyte = 1024 * 1024;

/** The smallest bytes that S3 accepts for a part that is not the last one. */
export const fullPart = (fill: string): Buffer => Buffer.alloc(5 * mebibyte, fill);

/** The MD5 in hex, as an ETag has it. */
export const md5 = (...bytes: readonly (Buffer | string)[]): string => {
  const hash = createHash('md5');
  for (const one of bytes) hash.update(one);
  return hash.digest('hex');
};

/** The ETag that AWS documents for these parts. */
export function multipartEtag(...parts: readonly (Buffer | string)[]): string {
  const digests = parts.map((part) => createHash('md5').update(part).digest());
  return `"${md5(Buffer.concat(digests))}-${parts.length}"`;
}

export type Target = {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
};

export async function createUpload(
  { s3 }: Running,
  Key: string,
  extra: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<Target> {
  const at = { Bucket: bucket, Key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at, ...extra }));
  return { ...at, UploadId };
}

/** Sends parts with the numbers 1, 2 and so on. Returns what completes the upload. */
export async function sendParts(
  { s3 }: Running,
  target: Target,
  bodies: readonly (Buffer | string)[],
  extra: Partial<UploadPartCommandInput> = {},
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = [];
  for (const [at, Body] of bodies.entries()) {
    const PartNumber = at + 1;
    const sent = await s3.send(new UploadPartCommand({ ...target, PartNumber, Body, ...extra }));
    parts.push({ ...sent, PartNumber });
  }
  return parts;
}

export const complete = ({ s3 }: Running, target: Target, Parts: CompletedPart[], extra = {}) =>
  s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, ...extra }));

/** The files of uploads that are neither completed nor aborted, and bodies that are not complete. */
export async function leftovers(running: Running): Promise<readonly string[]> {
  const uploads = await readdir(join(running.folder, 'uploads'), { recursive: true });
  return [...uploads, ...(await listIncoming(running))];
}
