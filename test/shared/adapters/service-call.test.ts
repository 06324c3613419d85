import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { callService } from '../../../shared/adapters/service-call.ts';
import { PortFailure } from '../../../shared/ports.ts';

/* `npm run proof -- aws` sends the same calls to services that check the signature. */

type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};
let answer: Answer;
let asked: http.IncomingMessage | undefined;
const server = http.createServer((request, response) => {
  asked = request;
  response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllEnvs());

const options = {
  region: 'eu-west-1',
  credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 'token' }),
  clock: () => 1_893_456_000_000,
  milliseconds: 5_000,
};
const call = () =>
  callService('lambda', options, {
    ...({ method: 'GET', path: '/2016-08-19/account-settings/', headers: {} } as const),
    permission: 'lambda:GetAccountSettings',
  });

describe('a call to a service without a client', () => {
  it.each(['AWS_ENDPOINT_URL_LAMBDA', 'AWS_ENDPOINT_URL'])(
    'is signed for the service, the Region and the time, and goes where %s says',
    async (variable) => {
      vi.stubEnv(variable, base);
      answer = { status: 200, body: '{"AccountLimit":{}}' };
      expect(await call()).toBe('{"AccountLimit":{}}');
      expect([asked?.method, asked?.url]).toEqual(['GET', '/2016-08-19/account-settings/']);
      expect(asked?.headers).toMatchObject({
        'x-amz-date': '20300101T000000Z',
        'x-amz-security-token': 'token',
        authorization: expect.stringContaining(
          'Credential=AKIA/20300101/eu-west-1/lambda/aws4_request',
        ),
      });
    },
  );

  const type = 'x-amzn-errortype';
  it.each([
    [
      { status: 403, headers: { [type]: 'AccessDeniedException:http://x/' } },
      'AccessDeniedException',
    ],
    [{ status: 403, headers: { [type]: 'AccessDeniedException' } }, 'AccessDeniedException'],
    [
      { status: 400, body: '{"__type":"com.amazon#AccessDeniedException"}' },
      'AccessDeniedException',
    ],
    [{ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }, 'AccessDenied'],
  ])('names the permission if it is denied: %j', async (given, code) => {
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', base);
    answer = given;
    const failure = await call().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(PortFailure);
    expect(failure).toMatchObject({
      message: `a call to lambda in eu-west-1 failed: ${code} ${given.status}; add the permission lambda:GetAccountSettings`,
      error: { code, denied: 'lambda:GetAccountSettings' },
    });
  });

  it.each([
    [
      { status: 403, headers: { [type]: 'UnrecognizedClientException' } },
      'UnrecognizedClientException 403',
    ],
    [
      { status: 429, headers: { [type]: 'TooManyRequestsException' } },
      'TooManyRequestsException 429',
    ],
    [{ status: 500, body: 'secret text' }, 'error 500'],
  ])(
    'names no permission for another error, and repeats no text of it: %j',
    async (given, said) => {
      vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', base);
      answer = given;
      await expect(call()).rejects.toThrow(`a call to lambda in eu-west-1 failed: ${said}`);
      expect(await call().catch((thrown: PortFailure) => thrown.error?.denied)).toBeUndefined();
    },
  );

  it('says that there was no answer', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', 'http://127.0.0.1:1');
    const failure = await call().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ answered: false });
  });
});
