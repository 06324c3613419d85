import { expect, it } from 'vitest';
import { eventMessage } from '../../../local/s3/event-message.ts';
import { readPurgeMessage } from '../../../tasks/purge-messages.ts';

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
    const { stored } = readPurgeMessage(body, { sources: 'sources', config: 'config' });
    expect(stored.map(({ path }) => path)).toEqual(['a.png']);
  },
);

it.each([
  ['created', { stored: ['a ü%2F+.png'], sources: [] }],
  ['removed', { stored: [], sources: ['a ü%2F+.png'] }],
] as const)('the purge task reads the key of an object that was %s', (kind, expected) => {
  const buckets = { sources: 'sources', config: 'config' };
  const body = eventMessage({ bucket: 'sources', key: 'acme/a ü%2F+.png', kind });
  const { sources, stored, again } = readPurgeMessage(body, buckets);
  const paths = (some: typeof sources) => some.map(({ path }) => path);
  expect({ sources: paths(sources), stored: paths(stored), again }).toEqual({
    ...expected,
    again: false,
  });
});
