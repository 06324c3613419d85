import * as v from 'valibot';
import { S3Error } from '../wire/s3-error.ts';
import { element, parseXml, textElement, unescapeXml, xmlDocument } from '../wire/xml.ts';

/*
 * The tags of an object. They are stored as in the header x-amz-tagging, a form-encoded query.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html has the limits.
 */

type Tag = readonly [name: string, value: string];

const maxTags = 10;
const maxNameLength = 128;
const maxValueLength = 256;

function checkTags(tags: readonly Tag[]): readonly Tag[] {
  const names = new Set(tags.map(([name]) => name));
  if (tags.length > maxTags || names.size !== tags.length) {
    throw new S3Error('InvalidTag', `An object has up to ${maxTags} tags with different keys.`);
  }
  for (const [name, value] of tags) {
    if (name === '' || name.length > maxNameLength || value.length > maxValueLength) {
      throw new S3Error(
        'InvalidTag',
        'A tag has a key of 1 to 128 and a value of up to 256 characters.',
      );
    }
  }
  return tags;
}

function encodeTags(tags: readonly Tag[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of tags) query.append(name, value);
  return query.toString();
}

const decodeTags = (tagging: string): readonly Tag[] => [...new URLSearchParams(tagging)];

/** Checks an x-amz-tagging header and returns it as it is stored. No tags are null. */
export function readTagging(tagging: string | undefined): string | null {
  const tags = checkTags(decodeTags(tagging ?? ''));
  return tags.length === 0 ? null : encodeTags(tags);
}

/** The number of stored tags. */
export function countTags(stored: string | null): number {
  return decodeTags(stored ?? '').length;
}

const taggingSchema = v.object({
  Tagging: v.object({
    TagSet: v.union([
      v.looseObject({ Tag: v.array(v.object({ Key: v.string(), Value: v.string() })) }),
      v.string(),
    ]),
  }),
});

/** Reads a Tagging document and returns the tags as they are stored. */
export function parseTagging(text: string): string | null {
  const parsed = v.safeParse(taggingSchema, parseXml(text));
  if (!parsed.success) throw new S3Error('MalformedXML');
  const { TagSet: set } = parsed.output.Tagging;
  const given = typeof set === 'string' ? [] : set.Tag;
  return readTagging(
    encodeTags(given.map(({ Key, Value }) => [unescapeXml(Key), unescapeXml(Value)])),
  );
}

/** A Tagging document with the stored tags. */
export function printTagging(stored: string | null): string {
  const tags = decodeTags(stored ?? '').map(([name, value]) =>
    element('Tag', textElement('Key', name), textElement('Value', value)),
  );
  return xmlDocument('Tagging', element('TagSet', ...tags));
}
