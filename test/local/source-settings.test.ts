import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSources } from '../../local/source-settings.ts';
import { StartFailure } from '../../local/start-failure.ts';

const photos = { bucket: 'photos', region: 'eu-west-1', prefix: '{tenant}/', tenants: ['acme'] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signet-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const file = path.join(folder, 'sources.json');
  writeFileSync(file, text);
  return readSources({ SIGNET_SOURCES: file });
}

it('the buckets of a local stack are owned by its account unless they say another', () => {
  const other = { ...photos, bucket: 'films', account: '111122223333' };
  expect(read(JSON.stringify({ photos, other })).sources).toEqual({
    photos: { ...photos, account: '000000000000' },
    other,
  });
  expect(readSources({ SIGNET_SOURCES: '' })).toEqual({});
});

it.each([
  ['no JSON', '{', 'sources.json (it is not JSON); name a JSON file'],
  [
    'a mistake',
    JSON.stringify({ photos: { ...photos, prefix: 'a' } }),
    'sources.photos.prefix does not end in /',
  ],
  [
    "one of Signet's own buckets",
    JSON.stringify({ photos: { ...photos, bucket: 'signet-config' } }),
    "sources.photos.bucket is one of Signet's own buckets",
  ],
])('a file with %s stops the start with one sentence', (_what, text, sentence) => {
  expect(() => read(text)).toThrow(StartFailure);
  expect(() => read(text)).toThrow(sentence);
  expect(() => read(text)).toThrow(/^SIGNET_SOURCES: [^\n]+$/);
});

it('so does a file that does not exist', () => {
  expect(() => readSources({ SIGNET_SOURCES: path.join(folder, 'none') })).toThrow('(ENOENT)');
});
