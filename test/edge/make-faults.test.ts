import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MakeDeps, make } from '../../edge/make.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { s3Client, s3Store } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { continuationKeyring, continuationSecret } from '../../shared/keys/keyring.ts';
import { keyFreshness, keyringStore } from '../../shared/keys/store.ts';
import { limits } from '../../shared/limits.ts';
import { seconds } from '../../shared/ports.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { answerOf, asRefusal } from '../../shared/refusal.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { quartered } from '../render/rendering.ts';
import { ownSources } from '../shared/objects/own-sources.ts';
import { plainPolicies } from '../shared/versions/plain-policies.ts';
import { drawInProcess } from './draw-in-process.ts';
import {
  type Call,
  calls,
  type Fault,
  type FaultyAws,
  faults,
  startFaultyAws,
} from './faulty-aws.ts';

const roots = JSON.stringify({
  keys: [{ kty: 'oct', kid: 'r1', k: Buffer.alloc(32, 7).toString('base64url') }],
});
const policy = { tenant: 'acme', operations: { resize: { w: [40] } } };
const secret = {
  ARN: 'arn:aws:secretsmanager:us-east-1:0:secret:signet/render-abcdef',
  Name: 'signet/render',
  SecretString: continuationSecret(nodeCrypto, roots),
};

const large = '/acme/a.png__op__format,f_src';
const small = '/acme/a.png__op__resize,w_40__op__format,f_src';

/** What is asked for whole is made one byte larger than an answer of a function may be. */
const draw: MakeDeps['render'] = async (picture, limit) => {
  const rendered = await drawInProcess(picture, limit);
  const whole = picture.recipe.text === 'format,f_src';
  return whole ? { ...rendered, bytes: new Uint8Array(limits.inlineBytes + 1) } : rendered;
};

// Long enough for a busy machine, and short enough for the calls that are never answered.
const patience = { connectionTimeout: 2_000, requestTimeout: 2_000, maxAttempts: 2 };
let source: Buffer;
const opened: FaultyAws[] = [];

beforeAll(async () => {
  source = await quartered(80, 80, ['red', 'green', 'blue', 'clear']).png().toBuffer();
});
afterAll(() => Promise.all(opened.map((aws) => aws.close())));

/** A render function in front of services of its own: these tests run side by side. */
async function openStand() {
  const aws = await startFaultyAws({
    policy: Buffer.from(JSON.stringify(policy)),
    source,
    secret: Buffer.from(JSON.stringify(secret)),
  });
  opened.push(aws);
  const failures: string[] = [];
  const edge = {
    clock: Date.now,
    now: () => seconds(Date.now),
    random: () => 0,
    onFailure: (one: string) => void failures.push(one),
  };
  const s3 = s3Client(aws.access, patience);
  const deps: MakeDeps = {
    ...edge,
    crypto: nodeCrypto,
    policies: policyStore({
      ...edge,
      config: s3Store(s3, 'config'),
      ...plainPolicies,
      freshness: policyFreshness,
    }),
    continuationKeys: keyringStore({
      ...edge,
      secrets: secretsManager(secretsClient(aws.access, patience)),
      id: 'signet/render',
      open: (text) => continuationKeyring(nodeCrypto, text),
      freshness: keyFreshness,
    }),
    sources: ownSources(s3Store(s3, 'sources')),
    disabledFormats: [],
    derivatives: s3Store(s3, 'derivatives'),
    render: draw,
    engine: 'test',
  };
  return { aws, failures, answered: (uri: string) => answered(deps, uri) };
}

/** What a viewer would get: the status, or a refusal's code. */
async function answered(deps: MakeDeps, uri: string) {
  try {
    const { answer } = await make(deps, { derivative: parseKey(uri), method: 'GET' });
    return { end: String(answer.status), answer };
  } catch (thrown) {
    const refusal = asRefusal(thrown);
    const { status, headers, body } = answerOf(refusal);
    return { end: refusal.code, answer: { status, headers, body: { text: body } } };
  }
}

/** How a request for a small and for a large image ends when a call fails. */
type Ends = { readonly small: string; readonly large: string };
const both = (end: string): Ends => ({ small: end, large: end });
const served: Ends = { small: '200', large: '307' };

/** What the table says unless a fault means something of its own for this call. */
const usual: Readonly<Record<Call, Ends>> = {
  policy: both('unavailable'),
  trail: both('unavailable'),
  // Without the list, each policy is confirmed by a read of its own.
  changes: served,
  source: both('unavailable'),
  write: { small: '200', large: 'unavailable' },
  secret: { small: '200', large: 'unavailable' },
};

const special: Readonly<Partial<Record<Fault, Partial<Record<Call, Ends>>>>> = {
  'is slow': { policy: served, trail: served, source: served, write: served, secret: served },
  'is answered 404': {
    policy: both('forbidden'),
    trail: served,
    source: both('source_missing'),
  },
  // S3 has no words for a success: any 200 is one.
  'is answered with a page': { source: both('source_unsupported'), write: served },
};

const cases = calls.flatMap((call) =>
  (Object.keys(faults) as Fault[]).map((fault) => {
    const ends = special[fault]?.[call] ?? usual[call];
    return { call, fault, ...ends };
  }),
);

describe.concurrent('when a call of the render function fails', () => {
  it.each(cases)('$call $fault: small $small, large $large', async (row) => {
    const { aws, answered } = await openStand();
    aws.fail(row.call, row.fault);
    const [one, two] = [await answered(small), await answered(large)];
    expect({ small: one.end, large: two.end }).toEqual({ small: row.small, large: row.large });
    for (const { end, answer } of [one, two]) {
      if (end === 'unavailable')
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '1' });
      expect(JSON.stringify(answer)).not.toContain('secret-bucket-name');
    }
    aws.fail();
    expect((await answered(small)).end).toBe(
      row.call === 'policy' && row.small === 'forbidden' ? 'forbidden' : '200',
    );
  });

  it.each(Object.keys(faults) as Fault[])(
    'whatever else, the image is whole: write %s',
    async (fault) => {
      const { aws, answered, failures } = await openStand();
      aws.fail('write', fault);
      const { answer } = await answered(small);
      if (!('bytes' in answer.body)) throw new Error('no image');
      expect(await sharp(answer.body.bytes).metadata()).toMatchObject({ width: 40, height: 40 });
      const md5 = createHash('md5').update(answer.body.bytes).digest('hex');
      expect(answer.headers['etag']).toBe(`"${md5}"`);
      const lost = !['is slow', 'is answered with a page'].includes(fault);
      expect(failures.filter((one) => one.startsWith('write-back failed'))).toHaveLength(
        lost ? 1 : 0,
      );
    },
  );

  it('a write succeeds if another render stored the derivative first', async () => {
    const { aws, answered, failures } = await openStand();
    aws.fail('write', (response) => {
      response.writeHead(412, { 'content-type': 'application/xml' });
      response.end('<Error><Code>PreconditionFailed</Code></Error>');
    });
    expect(await answered(small)).toMatchObject({ end: '200' });
    expect(await answered(large)).toMatchObject({ end: '307' });
    expect(failures).toEqual([]);
  });

  it('a write that conflicts with another is tried three times in total', async () => {
    const { aws, answered } = await openStand();
    aws.fail('write', (response) => {
      response.writeHead(409, { 'content-type': 'application/xml' });
      response.end('<Error><Code>ConditionalRequestConflict</Code></Error>');
    });
    expect(await answered(large)).toMatchObject({ end: 'unavailable' });
    expect(aws.seen.filter((call) => call === 'write')).toHaveLength(3);
  });
});
