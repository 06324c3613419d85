import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchDerivative, type Outcome } from '../../../operator/prewarm/derivative-request.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const made = { 'server-timing': 'render;dur=1.0' };
const say =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end('bytes');
const hangUp: Answer = (response) => void response.destroy();
const breakOff: Answer = (response) => {
  response.writeHead(200, { 'content-length': '10' });
  response.write('byte', () => response.destroy());
};

let server: Server;
let address: string;
let answers: readonly Answer[];
let asked: string[];

/** The answer to the current request. The last one repeats. */
const next = (): Answer => answers[Math.min(asked.length, answers.length) - 1] ?? hangUp;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.accept ?? '');
    next()(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const impatient = { pauses: [0, 0, 0], timeout: 10_000 };
const never = new AbortController().signal;

function ask(signal = never, timeout = impatient.timeout): Promise<Outcome> {
  return fetchDerivative(
    { mintUrl: () => address, accept: undefined },
    { ...impatient, timeout },
    signal,
  );
}

describe('the answer to a request for a derivative', () => {
  it.each<[string, Answer, Outcome]>([
    ['tells what making it took', say(200, made), { kind: 'made' }],
    ['does not', say(200), { kind: 'already' }],
    [
      'comes from the cache',
      say(200, { ...made, 'x-cache': 'Hit from cloudfront' }),
      { kind: 'already' },
    ],
    [
      'comes from the cache, asked anew',
      say(200, { ...made, 'x-cache': 'RefreshHit from cloudfront' }),
      { kind: 'already' },
    ],
    [
      'has been made for it',
      say(200, { ...made, 'x-cache': 'Miss from cloudfront' }),
      { kind: 'made' },
    ],
    [
      'is a refusal',
      say(404, { 'x-signet-error': 'source_missing' }),
      { kind: 'refused', code: 'source_missing' },
    ],
    [
      'is a refusal behind another status',
      say(200, { 'x-signet-error': 'odd' }),
      { kind: 'refused', code: 'odd' },
    ],
    ['is from somebody else', say(403), { kind: 'failed', reason: 'HTTP 403' }],
  ])('is final if it %s', async (_what, answer, outcome) => {
    answers = [answer];
    expect(await ask()).toEqual(outcome);
    expect(asked).toHaveLength(1);
  });

  it('follows a redirect and counts as made', async () => {
    answers = [say(307, { location: '/stored' }), say(200)];
    expect(await ask()).toEqual({ kind: 'made' });
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Answer, string]>([
    ['503', say(503, { 'x-signet-error': 'unavailable' }), 'unavailable'],
    ['502', say(502), 'HTTP 502'],
    ['504', say(504), 'HTTP 504'],
    ['a closed connection', hangUp, 'no answer (UND_ERR_SOCKET)'],
    ['half an image', breakOff, 'no answer (UND_ERR_SOCKET)'],
  ])('is retried three times after %s', async (_what, answer, reason) => {
    answers = [answer];
    expect(await ask()).toEqual({ kind: 'failed', reason });
    expect(asked).toHaveLength(4);
    asked = [];
    answers = [answer, answer, answer, say(200, made)];
    expect(await ask()).toEqual({ kind: 'made' });
  });

  it('times out', async () => {
    answers = [() => undefined];
    expect(await ask(never, 50)).toEqual({ kind: 'failed', reason: 'no answer within 0.05 s' });
  });

  it('is not retried after an abort', async () => {
    const controller = new AbortController();
    answers = [
      (response, request) => {
        controller.abort();
        say(503)(response, request);
      },
    ];
    expect(await ask(controller.signal)).toEqual({ kind: 'failed', reason: 'HTTP 503' });
    expect(asked).toHaveLength(1);
  });

  it('uses a new URL for each try, and the given Accept header', async () => {
    answers = [say(503), say(200)];
    let minted = 0;
    const mintUrl = (): string => {
      minted += 1;
      return `${address}/${minted}`;
    };
    await fetchDerivative({ mintUrl, accept: 'image/avif' }, impatient, never);
    expect({ minted, asked }).toEqual({ minted: 2, asked: ['image/avif', 'image/avif'] });
  });

  it('does not hide an error of minting', async () => {
    const mintUrl = (): string => {
      throw new Error('no key');
    };
    await expect(fetchDerivative({ mintUrl, accept: undefined }, impatient, never)).rejects.toThrow(
      'no key',
    );
  });
});
