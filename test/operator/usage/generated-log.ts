import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type LogLine, printLine } from '../../../edge/log-line.ts';
import { printInvalidationLine } from '../../../tasks/purge-line.ts';
import { type Asked, header, jsonLog, row } from '../logs/access-logs.ts';

/*
 * Logs of any length, the same in each run: known and invented tenants, hosts of one tenant, doctor's own requests,
 * missing fields, lines of other programs, and sampled lines, over two months.
 */

export const knownTenants: readonly string[] = Array.from({ length: 200 }, (_, at) => `shop-${at}`);

const start = Date.parse('2026-07-20T00:00:00Z');
const days = 40;

/** Numbers from 0 to `below`, the same for the same line and purpose. */
function pick(line: number, purpose: number, below: number): number {
  let mixed = Math.imul(line + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
}

const choose = <T>(line: number, purpose: number, from: readonly [T, ...T[]]): T =>
  from[pick(line, purpose, from.length)] ?? from[0];

const timeOf = (line: number): string =>
  new Date(start + pick(line, 0, days * 86_400) * 1_000).toISOString();

const results = [
  'Hit',
  'Hit',
  'RefreshHit',
  'OriginShieldHit',
  'Miss',
  'Error',
  'Redirect',
] as const;

function tenantAt(line: number): string {
  if (pick(line, 1, 50) > 0) return knownTenants[pick(line, 2, knownTenants.length)] ?? '';
  return choose(line, 3, [`made-up-${line}`, 'Upper', '-x', '', 'a--b', 'é', '=1+1', '..']);
}

function urlAt(line: number): Pick<Asked, 'url' | 'host'> {
  const tenant = tenantAt(line);
  const path = choose(line, 4, ['cat.jpg', 'a%20b.jpg', "d(e)/f'.jpg", '%E6%BC%A2.png', 'x']);
  const rest = `${path}__op__resize,w_${pick(line, 5, 900)}?exp=1&kid=r1.1&sig=${line}`;
  if (pick(line, 6, 500) === 0) return { url: '/signet-doctor/unsigned.jpg' };
  if (pick(line, 7, 20) === 0) {
    const host = choose(line, 8, [`img.${tenant}.test`, `IMG.${tenant}.test.:80`, 'img.a.b.test']);
    return { host, url: `/${rest}` };
  }
  return {
    host: 'd1.cloudfront.net',
    url: choose(line, 9, [`/${tenant}/${rest}`, `/${tenant}/${rest}`, `/${tenant}`]),
  };
}

function askedAt(line: number): Asked {
  const time = timeOf(line);
  const bytes = pick(line, 10, 30) === 0 ? {} : { bytes: pick(line, 11, 200_000) };
  return {
    ...urlAt(line),
    ...{ date: time.slice(0, 10), time: time.slice(11, 19), result: choose(line, 12, results) },
    ...{ status: choose(line, 13, [200, 304, 403, 0]), ...bytes },
  };
}

const accessRow = (line: number): string =>
  pick(line, 14, 1_000) === 0 ? 'garbage\tof another program\n' : row(askedAt(line));

const outcomes = ['rendered', 'stored', 'source_missing', 'source_too_large', 'rendered'] as const;

function functionLine(line: number): string {
  const time = Date.parse(timeOf(line));
  const tenant = tenantAt(line);
  const viewer = pick(line, 15, 2) === 0;
  const outcome = viewer
    ? choose(line, 16, ['allowed', 'forbidden', 'denied_value'])
    : choose(line, 17, outcomes);
  const drawn = outcome === 'rendered' || pick(line, 18, 3) === 0;
  const sizes = { renderMilliseconds: pick(line, 19, 3_000), bytes: 1_000, sourceBytes: 9_000 };
  const fields = {
    ...{ function: viewer ? 'viewer-request' : 'origin-response', requestId: `id-${line}` },
    ...{ outcome, level: 'info', tenant, path: 'cat.jpg', milliseconds: pick(line, 20, 5_000) },
    ...(!viewer && outcome !== 'stored' && drawn ? sizes : {}),
  };
  const weight =
    outcome === 'forbidden' ? 100 : outcome === 'denied_value' ? choose(line, 21, [1, 7]) : 1;
  return `${printLine(fields as LogLine, time, { metrics: 'Signet', weight })}\n`;
}

function serviceRow(line: number): string {
  const kind = pick(line, 22, 200);
  if (kind === 0) return 'cloudfront: a line of another program\n';
  if (kind > 4) return functionLine(line);
  return `${printInvalidationLine(tenantAt(line), pick(line, 23, 5), Date.parse(timeOf(line)))}\n`;
}

const forms = {
  access: { head: header, row: accessRow },
  json: { head: '', row: (line: number) => jsonLog([askedAt(line)]) },
  service: { head: '', row: serviceRow },
} as const;

/** Lines that are written at once. */
const batch = 5_000;

function* textOf(form: keyof typeof forms, from: number, count: number): Generator<string> {
  yield forms[form].head;
  for (let at = from; at < from + count; at += batch) {
    const size = Math.min(batch, from + count - at);
    yield Array.from({ length: size }, (_, more) => forms[form].row(at + more)).join('');
  }
}

/** Writes a gzipped log of so many lines, which are other lines for each `from`. */
export const writeLog = (
  file: string,
  form: keyof typeof forms,
  from: number,
  count: number,
): Promise<void> =>
  pipeline(
    Readable.from(textOf(form, from, count)),
    createGzip({ level: 1 }),
    createWriteStream(file),
  );
