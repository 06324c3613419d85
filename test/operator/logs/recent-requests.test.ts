import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecentRequests } from '../../../operator/logs/recent-requests.ts';
import { quietly } from '../../../operator/tenants/outcomes.ts';
import { readRegionLines } from '../../../shared/adapters/recent-logs.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

/* CloudWatch Logs of all Regions, as its API reference describes `FilterLogEvents`. */

type Asked = { readonly logGroupName: string; readonly startTime: number; readonly limit: number };
type Reply = { readonly status?: number; readonly body: object };

let server: Server;
let asked: (Asked & { readonly region: string })[] = [];
let answer: (asked: Asked, region: string) => Reply;

const absent: Reply = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no' } };
const line = (fields: object): object => ({
  message: JSON.stringify({
    ...{ time: '2026-08-01T12:00:00.000Z', function: 'viewer-request', requestId: 'one' },
    ...{ outcome: 'allowed', tenant: 'acme', path: 'a.jpg', requests: 10 },
    ...fields,
  }),
});

const regionOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]+\/[0-9]+\/([a-z0-9-]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part;
    });
    request.on('end', () => {
      const read = JSON.parse(text) as Asked;
      const region = regionOf(request);
      asked.push({ ...read, region });
      const { body, status = 200 } = answer(read, region);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = () => absent;
});

const now = Date.parse('2026-08-01T12:01:00Z');
const installation = {
  ...createMemoryInstallation(),
  ...{ stack: 'prod', readRegionLines, clock: () => now },
};
const control = { ...quietly, signal: new AbortController().signal };
const read = (minutes = 5) => readRecentRequests(async () => installation, minutes, control);

describe('the last minutes of a deployed stack', () => {
  it('come from both functions in each Region, newest first, joined', async () => {
    const late = { time: '2026-08-01T12:00:30.000Z', requestId: 'two', outcome: 'forbidden' };
    const drawn = { function: 'origin-response', outcome: 'rendered', renderMilliseconds: 9 };
    answer = ({ logGroupName }, region) => {
      if (region === 'eu-west-1') return { body: { events: [line({}), line(drawn)] } };
      const isOwn = region === 'us-east-1' && logGroupName.includes('viewer');
      return isOwn ? { body: { events: [line(late)] } } : absent;
    };
    const found = await read();
    expect(found.requests).toMatchObject([
      { code: 'forbidden', hit: null, requests: 10 },
      { path: 'a.jpg', rendered: true, milliseconds: 9 },
    ]);
    expect(found).toMatchObject({ regions: ['eu-west-1', 'us-east-1'], more: false, failed: [] });
    expect(new Set(asked.map(({ logGroupName }) => logGroupName))).toEqual(
      new Set(['/signet/prod-viewer-request', '/signet/prod-origin-response']),
    );
    expect(new Set(asked.map(({ startTime }) => startTime))).toEqual(new Set([now - 300_000]));
  });

  it('are bounded, and say so', async () => {
    answer = (_asked, region) =>
      region === 'us-east-1' ? { body: { events: [line({})], nextToken: 'more' } } : absent;
    const found = await read();
    expect(found.more).toBe(true);
    expect(asked.filter(({ region }) => region === 'us-east-1').length).toBe(10);
  });

  it('name the Regions that did not answer, and not those that are not enabled', async () => {
    const denied = { __type: 'AccessDeniedException', message: 'not allowed' };
    const disabled = { __type: 'UnrecognizedClientException', message: 'invalid' };
    answer = (_asked, region) => {
      if (region === 'ap-south-1') return { status: 400, body: denied };
      return region === 'af-south-1' ? { status: 400, body: disabled } : absent;
    };
    expect((await read()).failed.map(({ region }) => region)).toEqual(['ap-south-1']);
  });

  it('are refused with one sentence for credentials that have expired', async () => {
    const expired = { __type: 'ExpiredTokenException', message: 'expired' };
    answer = () => ({ status: 400, body: expired });
    await expect(read()).rejects.toThrow(/CloudWatch Logs of/);
  });

  it.each([0, 61, 1.5, Number.NaN])('are not %s minutes', async (minutes) => {
    await expect(read(minutes)).rejects.toThrow('write 1 to 60 minutes');
  });

  it('of the local stack are in its files', async () => {
    const { open } = createMemoryInstallation();
    await expect(readRecentRequests(open, 5, control)).rejects.toThrow('has no log in CloudWatch');
  });
});
