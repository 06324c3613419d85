import { expect, it } from 'vitest';
import { policyKey } from '../../../shared/versions/bucket.ts';
import { claimedSource } from '../../../shared/versions/claimed-source.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { publishingTo } from '../keys/publisher.ts';
import { keep, memoryStore } from '../objects/memory-store.ts';

const photos = { bucket: 'b', region: 'eu-west-1', prefix: '{tenant}/', tenants: ['acme'] };

it.each([
  [undefined, {}],
  [{ maxFrames: 1 }, {}],
  [{ prefix: 'wéb/漢/' }, { prefix: 'wéb/漢/' }],
  [
    { from: 'photos', prefix: 'web/' },
    { from: 'photos', prefix: 'web/' },
  ],
])('the published source %j is read as %j', async (source, claimed) => {
  const config = memoryStore();
  const publishing = { ...publishingTo(config), sourceEntries: async () => ({ photos }) };
  const document = { tenant: 'acme', operations: {}, ...(source === undefined ? {} : { source }) };
  await publishPolicy(publishing, document, { root: 'r1' });
  expect(await claimedSource(config, 'acme')).toEqual(claimed);
});

it('a tenant without a policy has nothing elsewhere', async () => {
  expect(await claimedSource(memoryStore(), 'acme')).toEqual({});
});

it.each([
  '',
  'a.b',
  '..',
  'a.e30.c',
  'a.bnVsbA.c',
  'a.eyJwb2xpY3kiOnsic291cmNlIjp7ImZyb20iOjF9fX0.c',
  '\ud800',
])('the policy "%s" is unreadable', async (text) => {
  const config = memoryStore();
  keep(config, policyKey('acme'), Buffer.from(text));
  expect(await claimedSource(config, 'acme')).toBe('unreadable');
});

it('a store that does not answer is not an unreadable policy', async () => {
  const config = memoryStore();
  config.away = true;
  await expect(claimedSource(config, 'acme')).rejects.toThrow();
});
