import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A logged request. The URL is as the viewer sent it. */
export type Asked = {
  readonly url: string;
  readonly status?: number;
  readonly method?: string;
  readonly result?: string;
  readonly bytes?: number;
  readonly host?: string;
  readonly date?: string;
  readonly time?: string;
};

const names = [
  ...['date', 'time', 'x-edge-location', 'cs-method', 'cs(Host)', 'cs-uri-stem', 'sc-status'],
  ...['cs(User-Agent)', 'cs-uri-query', 'x-edge-result-type', 'x-host-header', 'sc-bytes'],
];

/** The characters that CloudFront escapes in a log, according to its documentation. */
const escapes = /[^\x21-\x7e]|[<>"#%{}|\\^~[\]`']/g;

export const logged = (value: string): string =>
  value.replace(
    escapes,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

function fieldsOf(asked: Asked): Readonly<Record<string, string>> {
  const [stem = '', query] = asked.url.split('?');
  return {
    date: asked.date ?? '2026-08-01',
    time: asked.time ?? '12:00:00',
    'x-edge-location': 'FRA56-P1',
    'cs-method': asked.method ?? 'GET',
    'cs(Host)': 'd111111abcdef8.cloudfront.net',
    'cs-uri-stem': logged(stem),
    'sc-status': String(asked.status ?? 200).padStart(3, '0'),
    'cs(User-Agent)': logged('Mozilla/5.0 (X11; Linux x86_64)'),
    'cs-uri-query': query === undefined ? '-' : logged(query),
    'x-edge-result-type': asked.result ?? 'Hit',
    ...(asked.host === undefined ? {} : { 'x-host-header': asked.host }),
    ...(asked.bytes === undefined ? {} : { 'sc-bytes': String(asked.bytes) }),
  };
}

/** The first two lines of a standard log. */
export const header = `#Version: 1.0\n#Fields: ${names.join(' ')}\n`;

export const row = (asked: Asked): string => {
  const fields = fieldsOf(asked);
  return `${names.map((name) => fields[name] ?? '-').join('\t')}\n`;
};

export const standardLog = (requests: readonly Asked[]): string =>
  header + requests.map(row).join('');

export const jsonLog = (requests: readonly Asked[]): string =>
  requests.map((asked) => `${JSON.stringify(fieldsOf(asked))}\n`).join('');

/** Noon on the day of the requests, in Unix seconds. */
export const noon = Date.parse('2026-08-01T12:00:00Z') / 1_000;

const sig = 'A'.repeat(43);

/** A URL in the form of a signed one. The status in the log tells whether its signature is valid. */
export const signedUrl = (
  target: string,
  { kid = 'r1.1', exp = noon + 600, query = '' } = {},
): string => `/${target}?${query}exp=${exp}&kid=${kid}&sig=${sig}`;

/** A folder that exists while a test file runs. */
export function temporaryFolder() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signet-logs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    path: (name: string): string => path.join(folder, name),
    write: async (name: string, content: string | Uint8Array): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    },
  };
}
