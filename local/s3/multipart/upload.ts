import * as v from 'valibot';
import type { PartHead } from './part-file.ts';

const headSchema = v.object({
  bucket: v.string(),
  key: v.string(),
  /** Milliseconds since 1970. */
  initiated: v.number(),
  /** What the object gets. */
  headers: v.record(v.string(), v.string()),
  tags: v.nullable(v.string()),
  /** The checksum that the upload was created with: its header, and how it covers the object. */
  checksum: v.nullable(
    v.object({ name: v.string(), type: v.picklist(['FULL_OBJECT', 'COMPOSITE']) }),
  ),
});

/** What is known of an upload when it is created. */
export type UploadHead = v.InferOutput<typeof headSchema>;

/** A multipart upload that is neither completed nor aborted. */
export type Upload = UploadHead & {
  readonly id: string;
  readonly parts: ReadonlyMap<number, PartHead>;
};

/** Reads the description of an upload. Throws if it is damaged. */
export const parseUploadHead = (text: string): UploadHead => v.parse(headSchema, JSON.parse(text));
