import { type Answer, xmlAnswer } from '../wire/answer.ts';
import { missingKeyError, type ObjectCall } from '../wire/call.ts';
import { readDocument } from '../wire/payload.ts';
import { parseTagging, printTagging } from './tags.ts';

/** GetObjectTagging. */
export async function getObjectTagging(call: ObjectCall): Promise<Answer> {
  const opened = await call.store.open(call.bucket.name, call.key);
  if (opened === undefined) throw missingKeyError(call, call.bucket.name);
  await opened.handle.close();
  return xmlAnswer(printTagging(opened.head.tags));
}

/** PutObjectTagging. The object keeps its bytes, ETag and time. */
export async function putObjectTagging(call: ObjectCall): Promise<Answer> {
  await replaceTags(call, parseTagging(await readDocument(call)));
  return { status: 200, headers: {} };
}

/** DeleteObjectTagging. */
export async function deleteObjectTagging(call: ObjectCall): Promise<Answer> {
  await replaceTags(call, null);
  return { status: 204, headers: {} };
}

async function replaceTags(call: ObjectCall, tags: string | null): Promise<void> {
  const { store, bucket, key } = call;
  const isChanged = await store.redescribe(bucket.name, key, (head) => ({ ...head, tags }));
  if (!isChanged) throw missingKeyError(call, bucket.name);
}
