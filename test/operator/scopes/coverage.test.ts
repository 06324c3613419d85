import { expect, it } from 'vitest';
import { policyOf } from '../../../operator/keys/signer.ts';
import { checkScope } from '../../../operator/scopes/check-scope.ts';
import { findCoverage, mostKeys } from '../../../operator/scopes/coverage.ts';
import { openSourceListing } from '../../../operator/scopes/source-listing.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

async function installationWith(
  sources: readonly string[],
  derivatives: readonly string[],
  blocked: readonly string[] = [],
) {
  const installation = createMemoryInstallation();
  await installation.publish('acme', { blocked });
  for (const key of sources) keep(installation.sources, key, 'x');
  for (const key of derivatives) keep(installation.derivatives, key, 'x');
  const { open } = installation;
  const policy = await policyOf(await open(), 'acme');
  const listing = await openSourceListing(await open(), policy);
  return {
    ...installation,
    policy,
    cover: async (scope: string) => findCoverage(await open(), policy, listing, scope),
  };
}

const kept = [
  ...['acme/a.jpg', 'acme/a.jpg.jpg', 'acme/b/', 'acme/b/c.jpg', 'acme/_watermarks/mark.png'],
  ...['shop/a.jpg', 'acme2/a.jpg'],
];
const made = [
  ...['acme/a.jpg__op__format,f_jpg', 'acme/a.jpg.jpg__op__format,f_jpg', 'acme/b/odd'],
  ...['acme/b/c.jpg__op__watermark,i_mark__op__format,f_jpg', 'shop/a.jpg__op__format,f_jpg'],
];

it.each([
  ['a.jpg', 1, 1, ['a.jpg']],
  ['a.jp', 0, 0, []],
  ['b/*', 1, 1, ['b/c.jpg']],
  ['*', 3, 3, ['a.jpg', 'a.jpg.jpg', 'b/c.jpg']],
  ['_watermarks/mark.png', 1, 1, ['_watermarks/mark.png', 'b/c.jpg']],
  ['_watermarks/*', 1, 1, ['_watermarks/mark.png', 'b/c.jpg']],
  ['_watermarks/other.png', 0, 0, []],
])('%s covers %i sources and %i derivatives', async (scope, sources, derivatives, names) => {
  const { cover } = await installationWith(kept, made);
  expect(await cover(scope)).toMatchObject({
    sources: { count: sources, more: false },
    derivatives: { count: derivatives, more: false },
    names,
  });
});

it.each([
  ['b/*', ['b/c.jpg'], []],
  ['*', ['b/c.jpg'], ['a.jpg.jpg', 'a.jpg']],
  ['*', ['b/*', 'a.jpg'], ['a.jpg.jpg']],
  ['*', ['_watermarks/mark.png'], ['a.jpg.jpg', 'a.jpg']],
  ['_watermarks/*', ['_watermarks/mark.png'], []],
  ['_watermarks/mark.png', ['b/*'], []],
  // A block that is repeated.
  ['a.jpg', ['a.jpg', 'b/*'], ['a.jpg']],
])('%s has keys to ask for beside the blocked %j', async (scope, blocked, paths) => {
  const { cover } = await installationWith(kept, made, blocked);
  const { keys } = await cover(scope);
  expect(keys).toEqual(paths.map((path) => `acme/${path}__op__format,f_jpg`));
});

it('has keys to ask for behind any number of others', async () => {
  const odd = Array.from({ length: 20 }, (_, at) => `acme/a/${at}.jpg__op__spin`);
  const old = Array.from({ length: 20 }, (_, at) => `acme/b/${at}.jpg__op__format,f_jpg`);
  const key = 'acme/c.jpg__op__format,f_jpg';
  const { cover } = await installationWith([], [...odd, ...old, key], ['b/*']);
  expect(await cover('*')).toMatchObject({ keys: [key], derivatives: { count: 41, more: false } });
});

it('does not say that nothing is stored if it did not look through all', async () => {
  const many = Array.from({ length: mostKeys + 1 }, (_, at) => `acme/${at}.jpg__op__blur,s_2`);
  const { cover } = await installationWith([], many);
  expect(await cover('_watermarks/mark.png')).toMatchObject({
    ...{ keys: [], derivatives: { count: 0, more: true } },
  });
});

it('is counted up to a limit', async () => {
  const many = Array.from({ length: mostKeys + 1 }, (_, at) => `acme/${at}.jpg`);
  const { cover } = await installationWith(
    many,
    many.slice(1).map((key) => `${key}__op__blur,s_2`),
  );
  expect(await cover('*')).toMatchObject({
    sources: { count: mostKeys, more: true },
    derivatives: { count: mostKeys, more: false },
  });
});

it('is unknown for sources that the credentials may not list, and a takedown goes on', async () => {
  const { open, policy } = await installationWith(kept, []);
  const denied = {
    ...(await open()),
    sources: {
      ...(await open()).sources,
      list: () => {
        throw new PortFailure('S3 list on sources failed: AccessDenied');
      },
    },
  };
  expect(await checkScope(denied, policy, 'A.jpg')).toMatchObject({
    coverage: { sources: null, derivatives: { count: 0 } },
    unlisted: 'S3 list on sources failed: AccessDenied',
    doubts: [],
  });
});
