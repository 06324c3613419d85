import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { s3Client } from '../../shared/adapters/s3.ts';
import { isFirstVersion } from '../../tasks/source-history.ts';

/* Our own S3 keeps no versions: here one answers as S3 does. */

type Entry = readonly [kind: 'Version' | 'DeleteMarker', key: string, versionId: string];

const entry = ([kind, key, versionId]: Entry): string =>
  `<${kind}><Key>${key}</Key><VersionId>${versionId}</VersionId></${kind}>`;

const histories: Readonly<Record<string, readonly Entry[]>> = {
  'acme/new.jpg': [
    ['Version', 'acme/new.jpg', 'v1'],
    ['Version', 'acme/new.jpg.bak', 'v7'],
  ],
  'acme/replaced.jpg': [
    ['Version', 'acme/replaced.jpg', 'v2'],
    ['Version', 'acme/replaced.jpg', 'v1'],
  ],
  'acme/back.jpg': [
    ['Version', 'acme/back.jpg', 'v3'],
    ['DeleteMarker', 'acme/back.jpg', 'v2'],
  ],
  'acme/deleted.jpg': [['DeleteMarker', 'acme/deleted.jpg', 'v2']],
  'acme/unversioned.jpg': [['Version', 'acme/unversioned.jpg', 'null']],
  'acme/gone.jpg': [],
};

const asked: string[] = [];
const server = http.createServer(({ url = '' }, response) => {
  asked.push(url);
  const prefix = new URL(url, 'http://s3').searchParams.get('prefix') ?? '';
  const entries = histories[prefix];
  response.setHeader('content-type', 'application/xml');
  if (entries === undefined)
    response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
  else response.end(`<ListVersionsResult>${entries.map(entry).join('')}</ListVersionsResult>`);
});

let isFirst: (key: string) => Promise<boolean>;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const access = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
  const patience = { connectionTimeout: 1_000, requestTimeout: 2_000, maxAttempts: 1 };
  isFirst = isFirstVersion(s3Client(access, patience), 'sources');
});
afterAll(() => server.close());

it.each([
  ['acme/new.jpg', true, 'has one version, though a longer name begins so'],
  ['acme/replaced.jpg', false, 'has two'],
  ['acme/back.jpg', false, 'was deleted before'],
  ['acme/deleted.jpg', false, 'is deleted'],
  ['acme/unversioned.jpg', false, 'is in a bucket without versions'],
  ['acme/gone.jpg', false, 'has none'],
])('%s is the first: %s, for it %s', async (key, first) => {
  expect(await isFirst(key)).toBe(first);
  expect(asked.at(-1)).toMatch(/^\/sources\/?\?(?=.*\bversions\b)(?=.*\bmax-keys=2\b)/);
});

it('fails if S3 denies access', async () => {
  await expect(isFirst('acme/secret.jpg')).rejects.toThrow(
    'S3 ListObjectVersions on sources failed: AccessDenied 403',
  );
});
