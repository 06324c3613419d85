import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RefusalCode, refusals } from '../../../shared/refusal.ts';
import { claiming, flatPng } from '../../render/encoders.ts';
import type { Answer } from '../cloudfront/stub-distribution.ts';
import { type RunningStack, startRunningStack } from '../running-stack.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';

let stack: RunningStack;
let client: StackClient;

beforeAll(async () => {
  stack = await startRunningStack();
  client = await stackClient(stack.instance);
  await client.publish({
    ...policy,
    operations: { ...policy.operations, info: {}, placeholder: { k: ['lqip'] } },
    keys: { active: 'r1.1', accept: ['r1.1'] },
    presets: { thumb: 'resize,w_40' },
  });
  await client.publish({ ...policy, tenant: 'strict', require: ['resize'] });
  await client.publish({
    tenant: 'presets',
    presets: { thumb: 'resize,w_40' },
    presetsOnly: true,
  });
  await client.put('a.png', await picture('red'));
  await client.put('notes.png', Buffer.from('hello'));
  await client.put('page.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
  await client.put('photo.jpg', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
  await client.put('cut.png', (await picture('red')).subarray(0, 60));
  await client.put('liar.gif', Buffer.from('GIF89a but not really'));
  await client.put(
    'huge.png',
    flatPng({ width: 16_000, height: 16_000, bitDepth: 1, colorType: 0 }),
  );
});
afterAll(() => stack?.stop());

type Case = {
  readonly code: RefusalCode;
  /** Two different requests with the same refusal code. */
  readonly paths: () => readonly [string, string];
  readonly method?: string;
  readonly cached?: true;
};

const now = (): number => Math.floor(Date.now() / 1_000);
const sign: StackClient['path'] = (asked) => client.path(asked);
const good = (): string => sign();

const cases: readonly Case[] = [
  { code: 'malformed', paths: () => [`${good()}&w=1`, sign().replace('/a.png', '/%2e%2e/a.png')] },
  { code: 'malformed', paths: () => ['/index.html', '/favicon.png'] },
  {
    code: 'malformed',
    cached: true,
    paths: () => [
      sign({ operations: ['crop,x_9999'] }),
      sign({ operations: ['crop,x_9999', 'format,f_jpg'] }),
    ],
  },
  { code: 'forbidden', paths: () => ['/acme/a.png', good().replace('w_40', 'w_41')] },
  {
    code: 'forbidden',
    paths: () => [sign({ tenant: 'nobody' }), good().replace(/sig=.*/, 'sig=undefined')],
  },
  { code: 'expired', paths: () => [sign({ exp: now() - 1 }), sign({ exp: 1_000_000_000 })] },
  { code: 'denied_kid', paths: () => [sign({ kid: 'r1.2' }), sign({ kid: 'r1.999999' })] },
  {
    code: 'denied_lifetime',
    paths: () => [sign({ exp: undefined }), sign({ exp: now() + 3_600 + 120 })],
  },
  {
    code: 'denied_operation',
    paths: () => [sign({ operations: ['rotate,a_90'] }), sign({ operations: ['flip,d_h'] })],
  },
  {
    code: 'denied_value',
    paths: () => [sign({ operations: ['resize,w_401'] }), sign({ operations: ['format,f_gif'] })],
  },
  {
    code: 'denied_preset',
    paths: () => [
      sign({ operations: ['style,n_nothing'] }),
      sign({ tenant: 'presets', operations: ['resize,w_41'] }),
    ],
  },
  {
    code: 'denied_required',
    paths: () => [
      sign({ tenant: 'strict', operations: ['blur,s_2'] }),
      sign({ tenant: 'strict', operations: [] }),
    ],
  },
  {
    code: 'source_missing',
    cached: true,
    paths: () => [sign({ path: 'none.png' }), sign({ path: 'no such/ü%.jpg' })],
  },
  {
    code: 'source_too_large',
    cached: true,
    paths: () => [
      sign({ path: 'huge.png' }),
      sign({ path: 'huge.png', operations: ['resize,w_10'] }),
    ],
  },
  {
    code: 'source_too_large',
    cached: true,
    paths: () => [
      sign({ path: 'a.png', operations: ['resize,w_8192,limit_0'] }),
      sign({ path: 'a.png', operations: ['resize,w_8192,limit_0', 'format,f_png'] }),
    ],
  },
  {
    code: 'source_unsupported',
    cached: true,
    paths: () => [sign({ path: 'notes.png' }), sign({ path: 'page.svg' })],
  },
  {
    code: 'source_undecodable',
    cached: true,
    paths: () => [sign({ path: 'cut.png' }), sign({ path: 'liar.gif' })],
  },
];

/** Headers that differ between any two answers. */
const varying = new Set([
  'date',
  'x-amz-cf-id',
  'x-cache',
  'age',
  'connection',
  'keep-alive',
  'via',
]);
/** Headers of S3 that remain in answers of origin-response. */
const ofS3 = /^x-amz-(?:id-2|request-id)$/;

function constantHeaders({ headers }: Answer): object {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !varying.has(name) && !ofS3.test(name)),
  );
}

describe('every refusal over HTTP', () => {
  it.each(cases)('$code has its status, its headers and one body', async (row) => {
    const { code, paths, method = 'GET', cached } = row;
    const answers = [];
    for (const path of paths()) answers.push(await client.get(path, { method }));
    for (const answer of answers) {
      expect(answer.text).toBe(`{"error":"${code}"}`);
      expect(answer.status).toBe(refusals[code].status);
      expect(answer.headers).toMatchObject({
        'x-signet-error': code,
        'content-type': 'application/json',
        'cache-control': cached ? 'max-age=60' : 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      expect(answer.headers).not.toHaveProperty('server');
    }
    const [one, two] = answers.map(constantHeaders);
    expect(one).toEqual(two);
  });

  it.each(['resize,w_40', 'info', 'placeholder,k_lqip'])(
    'to draw a source of another type names it in the log alone: %s',
    async (recipe) => {
      const answer = await client.get(sign({ path: 'photo.jpg', operations: [recipe] }));
      expect([answer.status, answer.text]).toEqual([415, '{"error":"source_unsupported"}']);
      expect(JSON.stringify(answer.headers)).not.toContain('HEIC');
      // The log is written after the answer.
      await vi.waitFor(
        async () => {
          const log = await readFile(path.join(stack.home, 'logs', 'edge.log'), 'utf8');
          const line = log.split('\n').findLast((one) => one.includes('photo.jpg'));
          expect(JSON.parse(line ?? '')).toMatchObject({
            outcome: 'source_unsupported',
            reason:
              'the source is named .jpg, but is HEIC, not a JPEG, PNG, WebP or GIF; convert it with `magick in.heic out.jpg`',
          });
        },
        { timeout: 30_000, interval: 50 },
      );
    },
  );

  it.each(cases.filter(({ method }) => method === undefined))(
    '$code has no body for HEAD',
    async (row) => {
      const [path] = row.paths();
      const { status, body, headers } = await client.get(path, { method: 'HEAD' });
      expect({ status, bytes: body.length }).toEqual({
        status: refusals[row.code].status,
        bytes: 0,
      });
      expect(headers['x-signet-error']).toBe(row.code);
    },
  );

  it('is cached only if it is about the source', async () => {
    for (const { cached, paths, method } of cases) {
      const [path] = paths();
      if (method !== undefined) continue;
      await client.get(path);
      const { headers } = await client.get(path);
      expect('age' in headers, path).toBe(cached === true);
    }
  });

  it('of a JPEG with a false size is about the source, too', async () => {
    const jpeg = Buffer.from((await client.get(sign({ operations: ['format,f_jpg'] }))).body);
    await client.put('claim.jpg', claiming(jpeg, 60_000, 60_000));
    expect((await client.get(sign({ path: 'claim.jpg' }))).text).toBe(
      '{"error":"source_too_large"}',
    );
  });
});
