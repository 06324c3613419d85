import type { CloudFrontResultResponse } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { logLines } from '../log-lines.ts';
import { casesOf, countCases } from '../proof/cases.ts';
import { originEvent } from './events.ts';

/*
 * Whoever can invoke the render function, or puts it behind another behaviour, gets nothing out
 * of it that viewer-request would not have named.
 */

const world = vi.hoisted(() => ({ renders: 0, writes: 0, reads: [] as string[] }));

vi.mock('../../edge/config.ts', async () => ({
  config: (await import('./edge-config.ts')).edgeConfig({ region: 'us-east-1' }),
}));

vi.mock('../../edge/drawing.ts', () => ({
  startDrawing: () => ({
    draw: async () => {
      world.renders += 1;
      const engine = { sharp: '0', vips: '0' };
      return { bytes: new Uint8Array(1), type: 'png', frames: 1, width: 1, height: 1, engine };
    },
    idle: async () => undefined,
  }),
}));

vi.mock('../../shared/adapters/s3.ts', async () => {
  const { pngSignature } = await import('../render/encoders.ts');
  const { signRecord } = await import('../../shared/versions/record.ts');
  const { publisher } = await import('../shared/keys/publisher.ts');
  const policy = {
    tenant: 'acme',
    operations: { resize: { w: [40] }, format: { f: ['webp'] } },
    presets: { thumb: 'resize,w_40' },
  };
  const signed = await signRecord(publisher, {
    version: 1,
    at: '2030-01-01T00:00:00.000Z',
    by: 'ann',
    reason: null,
    previous: null,
    retired: [],
    policy,
  });
  const objects = new Map([
    ['policies/acme.jws', Buffer.from(signed)],
    ['acme/a.png', pngSignature],
  ]);
  return {
    s3Client: () => undefined,
    s3Store: (_client: unknown, bucket: string) => ({
      get: async (key: string) => {
        world.reads.push(`${bucket}/${key}`);
        const body = objects.get(key);
        return body === undefined ? 'missing' : { body, etag: '"e"', metadata: {} };
      },
      put: async () => {
        world.writes += 1;
        return { etag: '"e"' };
      },
    }),
  };
});

vi.mock('../../shared/adapters/secrets-manager.ts', async () => {
  const { nodeCrypto } = await import('../../shared/adapters/crypto.ts');
  const { continuationSecret } = await import('../../shared/keys/keyring.ts');
  const { publicHalf } = await import('../../shared/keys/publisher.ts');
  const { publisher } = await import('../shared/keys/publisher.ts');
  const { rootKey } = await import('../shared/keys/known-keys.ts');
  const root = { kty: 'oct', kid: 'r1', k: rootKey(0) };
  const roots = JSON.stringify({ keys: [root, publicHalf(publisher)] });
  const secret = continuationSecret(nodeCrypto, roots);
  return {
    secretsClient: () => undefined,
    secretsManager: () => ({ read: async () => secret }),
  };
});

let lines: readonly string[] = [];
beforeAll(() => {
  lines = logLines();
});
afterAll(() => vi.restoreAllMocks());

async function answer(uri: string, method = 'GET'): Promise<CloudFrontResultResponse> {
  const { handler } = await import('../../edge/origin-response.ts');
  return handler(originEvent(uri, '404', method));
}

/** Keys that viewer-request never makes, one kind after the other, all of them different. */
const kinds: readonly ((at: number) => string)[] = [
  // Allowed once it were canonical.
  (at) => `/acme/a.png?n=${at}`,
  (at) => `/acme/${at}.png`,
  (at) => `/acme/${at}.png__op__format,f_auto`,
  (at) => `/acme/${at}.png__op__style,n_thumb`,
  (at) => `/acme/${at}.png__op__format,f_webp__op__resize,w_40`,
  (at) => `/acme/${at}.png__op__resize,w_40,m_lfit__op__format,f_src`,
  (at) => `/acme/${at}.png__op__resize,w_040__op__format,f_src`,
  (at) => `/acme/%${(0x61 + (at % 20)).toString(16)}${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/acme/a%2f${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/acme/../acme/${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/acme//${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/acme/${at}+.png__op__resize,w_40__op__format,f_src`,
  (at) => `/acme/_watermarks/${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/ACME/${at}.png__op__resize,w_40__op__format,f_src`,
  (at) => `/policies/acme.jws${at}__op__resize,w_40__op__format,f_src`,
  // Canonical, and denied.
  (at) => `/acme/${at}.png__op__resize,w_${(at % 8_000) + 41}__op__format,f_src`,
  (at) => `/acme/${at}.png__op__resize,w_40__op__blur,s_${(at % 50) + 1}__op__format,f_src`,
  (at) => `/acme/${at}.png__op__resize,w_40__op__format,f_png`,
  (at) => `/tenant-${at}/a.png__op__format,f_src`,
  // Nothing at all.
  (at) => `/${Buffer.from(String(at * 7_919)).toString('base64url')}`,
  (at) => `/${String.fromCharCode(at % 0x2ff, at % 127)}`,
  (at) => `/acme/${'%'.repeat(at % 60)}`,
  (at) => `/acme/a.png__op__${'resize,'.repeat(at % 500)}`,
  () => '',
];

const events = casesOf({ proof: 10_000, test: 1_000 });

it(`${events} unsigned events cause no render and no write`, async () => {
  for (let at = 0; at < events; at += 1) {
    const uri = kinds[at % kinds.length]?.(at) ?? '';
    const { status, body, headers } = await answer(uri, at % 3 === 0 ? 'HEAD' : 'GET');
    expect(['400', '403'], uri).toContain(status);
    expect(body).toMatch(/^\{"error":"[a-z_]+"\}$/);
    expect(headers?.['cache-control']?.[0]?.value).toBe('no-store');
    countCases();
  }
  expect({ renders: world.renders, writes: world.writes }).toEqual({ renders: 0, writes: 0 });
  expect(
    world.reads.filter((one) => !/^config\/(?:policies\/|audit\/|changes\.jws)/.test(one)),
  ).toEqual([]);
});

it('one event with an allowed key causes one of each', async () => {
  const { status } = await answer('/acme/a.png__op__resize,w_40__op__format,f_webp');
  expect(status).toBe('200');
  expect({ renders: world.renders, writes: world.writes }).toEqual({ renders: 1, writes: 1 });
});

it('every log line is one JSON object, and a denial has the level error', () => {
  const read = lines.map((line) => JSON.parse(line) as { level: string; outcome: string });
  const denied = read.filter(({ outcome }) => /^(denied_|forbidden|malformed)/.test(outcome));
  // Of many refusals in a second, the first ten are written, and a sample of the rest.
  expect(denied.length).toBeGreaterThanOrEqual(10);
  expect(denied.length).toBeLessThan(events);
  expect(new Set(denied.map(({ level }) => level))).toEqual(new Set(['error']));
});
