import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { logLines } from '../log-lines.ts';
import { originEvent, viewerEvent } from './events.ts';

/* Lambda stops a function without a word; what a viewer then sees is CloudFront's own page. */

vi.mock('../../edge/config.ts', async () => ({
  config: (await import('./edge-config.ts')).edgeConfig({ region: 'us-east-1' }),
}));

const never = (): Promise<never> => new Promise(() => undefined);

vi.mock('../../shared/adapters/secrets-manager.ts', () => ({
  secretsClient: () => undefined,
  secretsManager: () => ({ read: never }),
}));
vi.mock('../../shared/adapters/secrets-reader.ts', () => ({
  secretsReader: () => ({ read: never }),
}));
vi.mock('../../edge/drawing.ts', () => ({
  startDrawing: () => ({ draw: never, idle: async () => undefined }),
}));
vi.mock('../../shared/adapters/s3.ts', () => ({
  s3Client: () => undefined,
  s3Store: () => ({ get: never }),
}));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => vi.restoreAllMocks());

const signedQuery = `exp=4000000000&kid=r1.1&sig=${Buffer.alloc(32).toString('base64url')}`;

const functions = {
  'viewer-request': async () =>
    (await import('../../edge/viewer-request.ts')).handler(viewerEvent('/acme/a.png', signedQuery)),
  'origin-response': async () =>
    (await import('../../edge/origin-response.ts')).handler(
      originEvent('/acme/a.png__op__format,f_png'),
    ),
};

it.each([
  { name: 'viewer-request', seconds: limits.viewerRequestSeconds },
  { name: 'origin-response', seconds: limits.renderRequestSeconds },
] as const)(
  '$name answers unavailable after $seconds s without an answer',
  async ({ name, seconds }) => {
    const lines = logLines();
    const answering = functions[name]();
    let answered = false;
    answering.then(() => {
      answered = true;
    });
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1);
    expect(answered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answering).toMatchObject({ status: '503', body: '{"error":"unavailable"}' });
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ outcome: 'unavailable', reason: `took more than ${seconds} s` }),
    );
  },
);
