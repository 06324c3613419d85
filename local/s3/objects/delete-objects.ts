import * as v from 'valibot';
import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { type BucketCall, requirePermission } from '../wire/call.ts';
import { maxPageKeys } from '../wire/limits.ts';
import { readDocument } from '../wire/payload.ts';
import { S3Error } from '../wire/s3-error.ts';
import { checkKeyLength } from '../wire/target.ts';
import { element, parseXml, textElement, unescapeXml, xmlDocument } from '../wire/xml.ts';

const deleteSchema = v.object({
  Delete: v.looseObject({
    Object: v.pipe(
      v.array(
        v.looseObject({
          Key: v.pipe(v.string(), v.minLength(1)),
          VersionId: v.optional(v.string()),
        }),
      ),
      v.maxLength(maxPageKeys),
    ),
    Quiet: v.optional(v.string(), 'false'),
  }),
});

type Item = {
  readonly key: string;
  readonly version: string | undefined;
  readonly conditional: boolean;
};

/** DeleteObjects. Each key is authorized, deleted and reported separately. */
export async function deleteObjects(call: BucketCall): Promise<Answer> {
  const { items, quiet } = readDelete(await readDocument(call));
  const results: string[] = [];
  for (const item of items) results.push(await deleteOne(call, item, quiet));
  return xmlAnswer(xmlDocument('DeleteResult', ...results));
}

function readDelete(text: string): { readonly items: readonly Item[]; readonly quiet: boolean } {
  const parsed = v.safeParse(deleteSchema, parseXml(text));
  if (!parsed.success) throw new S3Error('MalformedXML');
  const { Object: objects, Quiet: quiet } = parsed.output.Delete;
  const items = objects.map(({ Key, VersionId: version, ...others }) => ({
    key: unescapeXml(Key),
    version,
    conditional: Object.keys(others).some((name) => !name.startsWith('#')),
  }));
  return { items, quiet: quiet.trim() === 'true' };
}

async function deleteOne(call: BucketCall, item: Item, quiet: boolean): Promise<string> {
  try {
    // ETag and similar fields restrict the deletion. Ignoring them could delete too much.
    if (item.conditional) {
      throw new S3Error(
        'NotImplemented',
        'DeleteObjects with conditions is not implemented by the local S3; use DeleteObject with If-Match.',
      );
    }
    const action = item.version === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    requirePermission(call, action, `${call.bucket.name}/${item.key}`);
    if ((item.version ?? 'null') !== 'null') throw new S3Error('NoSuchVersion');
    await call.store.remove(call.bucket.name, checkKeyLength(item.key), undefined);
    return quiet ? '' : element('Deleted', textElement('Key', item.key));
  } catch (error) {
    const known = error instanceof S3Error ? error : new S3Error('InternalError');
    const details = [
      textElement('Key', item.key),
      textElement('Code', known.code),
      textElement('Message', known.message),
    ];
    return element('Error', ...details);
  }
}
