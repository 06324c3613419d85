import type { ObjectChange } from './objects/object-store.ts';

/** S3 writes keys in events as a form does: a space is a plus. Slashes stay as they are. */
function encodeEventKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');
}

function eventName({ kind, by = 'Put' }: ObjectChange): string {
  return kind === 'created' ? `ObjectCreated:${by}` : 'ObjectRemoved:Delete';
}

/**
 * The body of the message that S3 sends to a queue when an object changes, without the fields that
 * only AWS can fill.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function eventMessage(change: ObjectChange): string {
  const { bucket, key } = change;
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventTime: new Date().toISOString(),
    eventName: eventName(change),
    s3: { bucket: { name: bucket }, object: { key: encodeEventKey(key) } },
  };
  return JSON.stringify({ Records: [record] });
}

/**
 * The event that EventBridge sends for a change in a bucket that is not Signet's own. Its key is not encoded.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function bridgeMessage(
  { bucket, key, kind }: ObjectChange,
  { account, region }: { readonly account: string; readonly region: string },
): string {
  return JSON.stringify({
    ...{ version: '0', source: 'aws.s3', account, region },
    'detail-type': kind === 'created' ? 'Object Created' : 'Object Deleted',
    time: new Date().toISOString(),
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: '0', bucket: { name: bucket }, object: { key } },
  });
}
