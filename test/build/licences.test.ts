import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { licencesOf } from '../../build/licences.ts';

const inputs = [
  'edge/gate.ts',
  'node_modules/valibot/dist/index.mjs',
  'node_modules/jose/dist/webapi/index.js',
  'node_modules/jose/dist/webapi/lib/base64.js',
  'node_modules/blurhash/dist/esm/index.js',
  'node_modules/@smithy/core/dist-es/index.js',
  'node_modules/@aws-crypto/sha256-js/node_modules/tslib/tslib.es6.js',
];

const lines = async (all: readonly string[]) => (await licencesOf(all)).split('\n');
const textOf = (file: string) => readFile(path.join(root, 'node_modules', file), 'utf8');
const versionOf = async (name: string) => JSON.parse(await textOf(`${name}/package.json`)).version;

describe('the licences of bundled packages', () => {
  it('name each package once, with its version and licence, and none for files of Signet', async () => {
    const titles = (await lines(inputs.slice(0, 6))).filter((line) => /^\S+ \d\S+ \(/.test(line));
    expect(titles).toEqual([
      `@smithy/core ${await versionOf('@smithy/core')} (Apache-2.0)`,
      `blurhash ${await versionOf('blurhash')} (MIT)`,
      `jose ${await versionOf('jose')} (MIT)`,
      `valibot ${await versionOf('valibot')} (MIT)`,
    ]);
  });

  it('have the text of each licence', async () => {
    const text = await licencesOf(inputs.slice(0, 6));
    for (const file of ['jose/LICENSE.md', 'valibot/LICENSE.md', '@smithy/core/LICENSE'])
      expect(text.includes((await textOf(file)).trim())).toBe(true);
  });

  it('share a text that is the same', async () => {
    const two = ['node_modules/@aws-sdk/client-s3/x.js', 'node_modules/@aws-sdk/client-sqs/x.js'];
    const text = await licencesOf(two);
    expect(text.split('Apache License').length).toBe(
      (await licencesOf(two.slice(0, 1))).split('Apache License').length,
    );
    expect(text).toMatch(
      /^@aws-sdk\/client-s3 [\d.]+ \(Apache-2\.0\)\n@aws-sdk\/client-sqs [\d.]+ /,
    );
  });

  it('say so if a package contains no text', async () => {
    expect(await licencesOf(['node_modules/blurhash/dist/index.js'])).toBe(
      `blurhash ${await versionOf('blurhash')} (MIT)\n\nThe packages above contain no text of their licence.\n`,
    );
  });
});
