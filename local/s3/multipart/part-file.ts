import * as v from 'valibot';
import { type OpenFile, openDescribed, readDescription } from '../objects/described-file.ts';

const partSchema = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The MD5 of the part. */
  etag: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  modified: v.number(),
  checksum: v.nullable(v.object({ name: v.string(), value: v.string() })),
});

/** The description of a part: everything but its bytes. */
export type PartHead = v.InferOutput<typeof partSchema>;

export const readPartHead = (path: string): Promise<PartHead> => readDescription(path, partSchema);

/** Opens a part's file. Returns undefined if it does not exist. The caller closes the handle. */
export const openPart = (path: string): Promise<OpenFile<PartHead> | undefined> =>
  openDescribed(path, partSchema);
