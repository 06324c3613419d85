import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyBlock } from '../../../operator/policies/verify-block.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const key = 'acme/a.jpg__op__resize,w_16__op__format,f_jpg';

let installation: ReturnType<typeof createMemoryInstallation>;
let server: Server;
let asked: (string | undefined)[];
let answers: readonly (readonly [status: number, code?: string])[];

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme', { urls: { maxLifetime: 60 } });
  asked = [];
  server = createServer((request, response) => {
    const [status, code] = answers[Math.min(asked.length, answers.length - 1)] ?? [500];
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, code === undefined ? {} : { 'x-signet-error': code }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());

type Stored = { readonly address?: string; readonly count?: number; readonly more?: boolean };

/** Verifies with a clock that only waiting advances. */
async function verify(keys: readonly string[], { address, ...stored }: Stored = {}) {
  let now = 1_000_000;
  const said: string[] = [];
  const wait = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
  };
  const derivatives = { count: keys.length, more: false, ...stored };
  const asking = { keys, derivatives };
  const { port } = server.address() as AddressInfo;
  const at = { ...(await installation.open()), address: address ?? `http://127.0.0.1:${port}` };
  const onWait = (one: string, limitMs: number): void => void said.push(`${one} ${limitMs}`);
  const check = await verifyBlock(at, asking, { clock: () => now, limitMs: 20_000, wait, onWait });
  return { check, said };
}

it('asks with a signed HEAD, and needs no wait if the derivative is refused at once', async () => {
  answers = [[403, 'denied_blocked']];
  expect(await verify([key])).toEqual({ check: { state: 'refused', key }, said: [] });
  expect(asked).toEqual([
    expect.stringMatching(
      /^HEAD \/acme\/a\.jpg__op__resize,w_16__op__format,f_jpg\?exp=\d{10}&kid=/,
    ),
  ]);
});

it('asks until the derivative is refused', async () => {
  answers = [[200], [200], [403, 'denied_blocked']];
  expect(await verify([key])).toEqual({ check: { state: 'refused', key }, said: [`${key} 20000`] });
  expect(asked).toHaveLength(3);
});

it('says what was answered at the limit, also if that is another refusal', async () => {
  answers = [[200], [403, 'expired']];
  expect((await verify([key])).check).toEqual({
    ...{ state: 'answered', key, waited: 20, status: 403, code: 'expired' },
  });
  expect(asked).toHaveLength(11);
});

it('says that the distribution does not answer', async () => {
  const address = 'http://127.0.0.1:1';
  expect((await verify([key], { address })).check).toEqual({ state: 'unreachable', key, address });
});

it.each([
  ['no derivative', [], {}, 'nothing_stored'],
  ['derivatives that were blocked before', [], { count: 2 }, 'nothing_new'],
  ['keys that no URL can name', ['acme/a.jpg__op__spin', 'acme/a.jpg'], {}, 'nothing_new'],
  ['no key among the first', [], { more: true }, 'not_looked_through'],
])('has nothing to verify with %s', async (_what, keys, stored, state) => {
  expect((await verify(keys, stored)).check).toEqual({ state });
  expect(asked).toEqual([]);
});

it('takes the first key that a URL can name', async () => {
  answers = [[403, 'denied_blocked']];
  expect((await verify(['acme/a.jpg__op__spin', key])).check).toEqual({ state: 'refused', key });
});
