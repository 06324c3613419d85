import * as v from 'valibot';
import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { type BucketCall, isPermitted } from '../wire/call.ts';
import { maxPageKeys, maxXmlBytes } from '../wire/limits.ts';
import { openPayload } from '../wire/payload.ts';
import { S3Error } from '../wire/s3-error.ts';
import { checkKeyLength } from '../wire/target.ts';
import { element, parseXml, textElement, unescapeXml, xmlDocument } from '../wire/xml.ts';

const deleteSchema = v.object({
  Delete: v.looseObject({
    Object: v.pipe(
      v.array(v.looseObject({ Key: v.pipe(v.string(), v.minLength(1)) })),
      v.maxLength(maxPageKeys),
    ),
    Quiet: v.optional(v.string(), 'false'),
  }),
});

type Item = { readonly key: string; readonly conditional: boolean };

/** DeleteObjects. Each key is authorized, deleted and reported separately. */
export async function deleteObjects(call: BucketCall): Promise<Answer> {
  const { items, quiet } = readDelete(await readBody(call));
  const results: string[] = [];
  for (const item of items) results.push(await deleteOne(call, item, quiet));
  return xmlAnswer(xmlDocument('DeleteResult', ...results));
}

async function readBody(call: BucketCall): Promise<string> {
  const payload = openPayload({ ...call, maxBytes: maxXmlBytes });
  const chunks: Buffer[] = [];
  for await (const chunk of payload.chunks) chunks.push(chunk);
  payload.verify();
  return Buffer.concat(chunks).toString();
}

function readDelete(text: string): { readonly items: readonly Item[]; readonly quiet: boolean } {
  const parsed = v.safeParse(deleteSchema, parseXml(text));
  if (!parsed.success) throw new S3Error('MalformedXML');
  const { Object: objects, Quiet: quiet } = parsed.output.Delete;
  const items = objects.map(({ Key, ...others }) => ({
    key: unescapeXml(Key),
    conditional: Object.keys(others).some((name) => !name.startsWith('#')),
  }));
  return { items, quiet: quiet.trim() === 'true' };
}

async function deleteOne(call: BucketCall, item: Item, quiet: boolean): Promise<string> {
  try {
    // VersionId, ETag and similar fields restrict the deletion. Ignoring them could delete too much.
    if (item.conditional) throw new S3Error('NotImplemented');
    if (!isPermitted(call, 's3:DeleteObject', `${call.bucket.name}/${item.key}`)) {
      throw new S3Error('AccessDenied');
    }
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
