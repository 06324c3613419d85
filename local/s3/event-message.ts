import type { ObjectChange } from './objects/object-store.ts';

/** S3 writes keys in events as a form does: a space is a plus. Slashes stay as they are. */
function encodeEventKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');
}

const eventNames: Readonly<Record<ObjectChange['kind'], string>> = {
  created: 'ObjectCreated:Put',
  removed: 'ObjectRemoved:Delete',
};

/**
 * The body of the message that S3 sends to a queue when an object changes, without the fields that
 * only AWS can fill.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function eventMessage({ bucket, key, kind }: ObjectChange): string {
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventTime: new Date().toISOString(),
    eventName: eventNames[kind],
    s3: { bucket: { name: bucket }, object: { key: encodeEventKey(key) } },
  };
  return JSON.stringify({ Records: [record] });
}
