import { expect, it } from 'vitest';
import { bridgeMessage, eventMessage } from '../../../local/s3/event-message.ts';
import { readPurgeMessage } from '../../../tasks/purge-events.ts';

const photos = {
  ...{ bucket: 'photos-bucket', region: 'eu-west-1', account: '111122223333' },
  ...{ prefix: 'img/{tenant}/', tenants: ['acme'] },
};
const buckets = { sources: 'sources', config: 'config', elsewhere: { photos } };

it('an event has the form that S3 sends', () => {
  const body = eventMessage({ bucket: 'sources', key: "acme/a b+c (1)'.png", kind: 'created' });
  expect(JSON.parse(body)).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        eventName: 'ObjectCreated:Put',
        s3: {
          bucket: { name: 'sources' },
          object: { key: 'acme/a+b%2Bc+%281%29%27.png' },
        },
      },
    ],
  });
});

it.each(['Put', 'Post', 'Copy', 'CompleteMultipartUpload'] as const)(
  'an object that was created by %s has its event, which the purge task reads',
  (by) => {
    const body = eventMessage({ bucket: 'sources', key: 'acme/a.png', kind: 'created', by });
    expect(JSON.parse(body)).toMatchObject({ Records: [{ eventName: `ObjectCreated:${by}` }] });
    const { changed } = readPurgeMessage(body, buckets);
    expect(changed).toMatchObject([{ rest: 'a.png', isStored: true }]);
  },
);

it.each([
  ['created', true],
  ['removed', false],
] as const)('the purge task reads the key of an object that was %s', (kind, isStored) => {
  const event = { tenant: 'acme', rest: 'a ü%2F+.png', isStored };
  const body = eventMessage({ bucket: 'sources', key: 'acme/a ü%2F+.png', kind });
  expect(readPurgeMessage(body, buckets).changed).toEqual([{ ...event, from: undefined }]);
});

it.each([
  ['created', true],
  ['removed', false],
] as const)(
  'an object of another bucket that was %s is reported as EventBridge does',
  (kind, isStored) => {
    const change = { bucket: 'photos-bucket', key: 'img/acme/a ü.png', kind };
    const body = bridgeMessage(change, { account: '111122223333', region: 'eu-west-1' });
    expect(JSON.parse(body)).toMatchObject({
      source: 'aws.s3',
      resources: ['arn:aws:s3:::photos-bucket'],
    });
    expect(readPurgeMessage(body, buckets).changed).toEqual([
      { from: 'photos', tenant: 'acme', rest: 'a ü.png', isStored },
    ]);
  },
);
