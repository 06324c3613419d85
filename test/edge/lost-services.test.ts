import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { limitReading } from '../../edge/timeout.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { s3Reader } from '../../shared/adapters/s3-reader.ts';
import { secretsReader } from '../../shared/adapters/secrets-reader.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import { keyFreshness, keyringStore } from '../../shared/keys/store.ts';
import { limits } from '../../shared/limits.ts';
import { seconds } from '../../shared/ports.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { type Reply, reply, startScripted } from '../shared/adapters/scripted-server.ts';
import { plainPolicies } from '../shared/versions/plain-policies.ts';
import { policy, roots, signed } from './memory-edge.ts';

/*
 * The gate with the readers of viewer-request and their real limits, while S3 and Secrets Manager fall
 * silent. `setTimeout` and `performance` are fake: time passes when a request has arrived.
 */

let server: Awaited<ReturnType<typeof startScripted>>;
beforeEach(async () => {
  server = await startScripted();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.stop();
});

const wellAnswer: Reply = (response, request) => {
  const answers: Readonly<Record<string, Reply>> = {
    '/': reply(200, JSON.stringify({ SecretString: roots })),
    '/config/policies/acme.jws': reply(200, JSON.stringify(policy), { etag: '"e"' }),
  };
  (answers[request.url ?? ''] ?? reply(404))(response, request);
};

/** Never answers. The time of the try passes. */
const silent: Reply = () => void vi.advanceTimersToNextTimer();

/** There is no list of changes, and the policy takes 0.9 s. Nothing else answers. */
const slowPolicy: Reply = (response, request) => {
  if (request.url === '/config/changes.jws') return wellAnswer(response, request);
  if (!request.url?.startsWith('/config/policies/')) return silent(response, request);
  vi.advanceTimersByTime(900);
  wellAnswer(response, request);
};

function openEdge() {
  const time = { now: Date.parse('2026-07-01T00:00:00Z') };
  const reading = limitReading(limits.viewerReadSeconds);
  const readLimits = {
    tryMilliseconds: limits.viewerTrySeconds * 1_000,
    deadline: reading.deadline,
  };
  const clock = () => time.now;
  const runtime = { clock, random: () => 0, onFailure: () => undefined };
  const config = s3Reader(server.access, 'config', readLimits, clock);
  const deps = {
    crypto: nodeCrypto,
    now: () => seconds(clock),
    hosts: {},
    keys: keyringStore({
      ...runtime,
      secrets: secretsReader(server.access, readLimits, clock),
      id: 'signet/roots',
      open: (text) => rootKeyring(nodeCrypto, text),
      freshness: keyFreshness,
    }),
    policies: policyStore({
      ...runtime,
      ...plainPolicies,
      config,
      freshness: policyFreshness,
    }),
  };
  const ask = () => {
    reading.begin();
    return gate(signed({ time }), deps);
  };
  return { time, ask };
}

it.each([
  { about: 'nothing answers', lost: silent, tries: 4 },
  { about: 'only the policy does, late', lost: slowPolicy, tries: 6 },
])(
  'answers with the last good keys and policy after four seconds if $about',
  async ({ lost, tries }) => {
    const { time, ask } = openEdge();
    server.play(wellAnswer);
    const { uri } = await ask();
    time.now += (keyFreshness.wait + 1) * 1_000;
    server.play(lost);
    const began = performance.now();
    expect((await ask()).uri).toBe(uri);
    expect(server.seen).toHaveLength(tries);
    expect(performance.now() - began).toBe(limits.viewerReadSeconds * 1_000);
  },
);

it('is unavailable after two tries if it has no keys yet', async () => {
  const { ask } = openEdge();
  server.play(silent);
  await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  expect(server.seen).toHaveLength(2);
});
