import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodeKeys } from '../../shared/adapters/random.ts';
import { continuationKeyring } from '../../shared/keys/keyring.ts';
import { addRoot, removeRoot, renderInStep } from '../../shared/keys/roots.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { signatureOf, splitUrl } from '../../shared/recipe/request-url.ts';
import { checkSignature } from '../../shared/request/admission.ts';
import { mint } from '../../shared/request/mint.ts';
import { runRotationStep } from '../../tasks/rotation.ts';
import type { SecretVersions } from '../../tasks/secret-versions.ts';
import {
  allSteps,
  failure,
  type Keeper,
  privateParts,
  type Step,
  startKeeper,
} from './secret-keeper.ts';

/* The function as Lambda runs it, in its role, against Secrets Manager over HTTP. */

const [create, set, test, finish] = [
  'createSecret',
  'setSecret',
  'testSecret',
  'finishSecret',
] as const;
const token = (digit: number): string => String(digit).repeat(36);
const t1 = token(1);
const seconds = (): number => Math.floor(Date.now() / 1_000);

let keeper: Keeper;
/** All that was ever secret in this test. */
const seen = new Set<string>();
async function look(): Promise<void> {
  for (const id of Object.values(secretIds))
    for (const stage of ['AWSCURRENT', 'AWSPENDING'] as const) {
      const version = await keeper.versions.read(id, { VersionStage: stage });
      for (const part of privateParts(version?.text ?? '')) seen.add(part);
    }
}

beforeEach(async () => {
  seen.clear();
  keeper = await startKeeper();
  await keeper.fill();
  await look();
});
afterEach(async () => {
  await look();
  vi.useRealTimers();
  await keeper.discard();
  expect(seen.size).toBeGreaterThan(2);
  for (const part of seen) expect(keeper.lines.join('\n')).not.toContain(part);
});

async function steps(names: readonly Step[], own = t1): Promise<void> {
  for (const name of names) await keeper.step(name, own);
}
/** What is left when a rotation is through: root keys, whether render follows, and who is labelled. */
async function outcome() {
  const labels = Object.values(await keeper.labels())
    .flat()
    .toSorted();
  return { kids: (await keeper.keyring()).kids, inStep: await renderInStep(keeper.world), labels };
}
const through = (...kids: readonly string[]) => ({
  kids,
  inStep: true,
  labels: ['AWSCURRENT', 'AWSPREVIOUS'],
});
const pendingOn = async (): Promise<string | undefined> =>
  Object.entries(await keeper.labels()).find(([, stages]) => stages.includes('AWSPENDING'))?.[0];

describe('a rotation of the root keys', () => {
  it('adds exactly one key although every step runs twice, and keeps all others', async () => {
    const before = await keeper.keyring();
    const publisher = await keeper.text(secretIds.publisher);
    await keeper.begin(t1);
    for (const step of allSteps) await steps([step, step]);
    expect(await outcome()).toEqual(through('r1', 'r2'));
    const after = await keeper.keyring();
    expect(after.publishers).toEqual(before.publishers);
    expect(after.signingKey('acme', 'r1.1')).toBe(before.signingKey('acme', 'r1.1'));
    expect(after.signingKey('acme', 'r2.1')).not.toBe(after.signingKey('acme', 'r1.1'));
    expect(await keeper.text(secretIds.publisher)).toBe(publisher);
    const render = continuationKeyring(nodeCrypto, await keeper.text(secretIds.render));
    expect([render.kids, render.publishers]).toEqual([['r1.0', 'r2.0'], before.publishers]);
  });

  it('can be followed by a change of an operator and another rotation', async () => {
    await keeper.begin(t1);
    await steps(allSteps);
    await addRoot(keeper.world, nodeKeys.rootMaterial(), seconds());
    await keeper.begin(token(2));
    await steps(allSteps, token(2));
    expect(await outcome()).toEqual(through('r1', 'r2', 'r3', 'r4'));
  });

  it('lets the new key sign after twenty minutes and not earlier', async () => {
    await keeper.begin(t1);
    const began = seconds();
    await steps(allSteps);
    const { mintable } = await keeper.keyring();
    expect([mintable(began + 1_199), mintable(seconds() + 1_200)]).toEqual(['r1', 'r2']);
  });

  it('never invalidates earlier signatures, nor signatures made during the rotation', async () => {
    const signer = {
      kid: 'r1.1',
      signingKey: (await keeper.keyring()).signingKey('acme', 'r1.1') ?? '',
    };
    const asked = { tenant: 'acme', path: 'a.jpg', operations: ['resize,w_40'], exp: undefined };
    const { pathname, search } = new URL(mint(nodeCrypto, 'http://h', asked, signer));
    const url = splitUrl(pathname, search.slice(1));
    const verifies = async (): Promise<boolean> => {
      const ring = await keeper.keyring();
      checkSignature(nodeCrypto, ring, url, signatureOf(url), seconds());
      // However long a rotation stands still, viewers know the root that the render function signs with.
      const render = continuationKeyring(nodeCrypto, await keeper.text(secretIds.render));
      const kid = render.mintable(seconds() + 100_000);
      return render.signingKey('', kid) === ring.signingKey('', kid);
    };
    await keeper.begin(t1);
    expect(await verifies()).toBe(true);
    for (const step of allSteps) {
      await steps([step]);
      expect(await verifies()).toBe(true);
    }
  });

  it('logs one line', async () => {
    await keeper.begin(t1);
    await steps([create]);
    expect(keeper.lines.map((line) => JSON.parse(line))).toEqual([
      { function: 'secrets', level: 'info', step: 'createSecret', outcome: 'done' },
    ]);
  });
});

/** A write fails, before or after it takes effect. Reads go on. */
function cutAt(
  versions: SecretVersions,
  cut: { left: number; readonly done: boolean },
): SecretVersions {
  const guarded = async (write: () => Promise<void>): Promise<void> => {
    cut.left -= 1;
    if (cut.left === 0 && !cut.done) throw new Error('cut');
    await write();
    if (cut.left === 0) throw new Error('cut');
  };
  return {
    ...versions,
    put: (...given) => guarded(() => versions.put(...given)),
    move: (...given) => guarded(() => versions.move(...given)),
  };
}

describe('an interrupted rotation', () => {
  // A value for the new version, the label moved, render written, the other label taken off.
  const cuts = [1, 2, 3, 4].flatMap((at) => [
    { at, when: 'before', done: false },
    { at, when: 'after', done: true },
  ]);
  it.each(cuts)('$when its write $at continues with the same step', async ({ at, done }) => {
    await keeper.begin(t1);
    const versions = cutAt(keeper.versions, { left: at, done });
    const world = { crypto: nodeCrypto, clock: Date.now, keys: nodeKeys, versions, secretIds };
    let cutIn = 0;
    for (const Step of allSteps) {
      const event = { Step, SecretId: keeper.arn, ClientRequestToken: t1 };
      const run = (): Promise<string> => failure(runRotationStep(event, world));
      if ((await run()) === '') continue;
      cutIn += 1;
      expect(await run()).toBe('');
    }
    expect(cutIn).toBe(1);
    expect(await outcome()).toEqual(through('r1', 'r2'));
  });

  it.each([1, 2, 3, 4])('that starts again after step %i adds no other key', async (ran) => {
    await keeper.begin(t1);
    await steps(allSteps.slice(0, ran));
    const made = (await keeper.keyring({ VersionId: t1 })).signingKey('acme', 'r2.1');
    await steps(allSteps);
    expect(await outcome()).toEqual(through('r1', 'r2'));
    expect((await keeper.keyring()).signingKey('acme', 'r2.1')).toBe(made);
  });
});

describe('a rotation during which an operator changes the roots', () => {
  const changed = 'the root keys have changed since this rotation began';

  it.each(allSteps)('fails at %s, loses nothing, and another can start', async (step) => {
    await keeper.begin(t1);
    await steps([create, ...allSteps.slice(1, Math.max(1, allSteps.indexOf(step)))]);
    await look();
    expect(await addRoot(keeper.world, nodeKeys.rootMaterial(), seconds())).toBe('r2');
    const own = (await keeper.keyring()).signingKey('acme', 'r2.1');
    expect(await failure(keeper.step(step, t1))).toBe(changed);
    expect(await outcome()).toEqual(through('r1', 'r2'));
    expect((await keeper.keyring()).signingKey('acme', 'r2.1')).toBe(own);
    expect(await failure(keeper.step(create, t1))).toMatch(/does not have the label AWSPENDING$/);
    await keeper.begin(token(2));
    await steps(allSteps, token(2));
    expect(await outcome()).toEqual(through('r1', 'r2', 'r3'));
    expect((await keeper.keyring()).signingKey('acme', 'r2.1')).toBe(own);
  });

  it('does not bring back a root key that was removed', async () => {
    await addRoot(keeper.world, nodeKeys.rootMaterial(), seconds());
    await keeper.begin(t1);
    await steps([create, set, test]);
    await removeRoot(keeper.world, 'r1');
    expect(await failure(keeper.step(finish, t1))).toBe(changed);
    expect(await outcome()).toEqual(through('r2'));
  });

  it('is refused by Secrets Manager if the change comes right before the last step', async () => {
    await keeper.begin(t1);
    await steps([create, set, test]);
    const { versions, world } = keeper;
    const late: SecretVersions = {
      ...versions,
      read: async (id, which) => {
        // What is current has been read by then.
        if ('VersionId' in which) await addRoot(world, nodeKeys.rootMaterial(), seconds());
        return versions.read(id, which);
      },
    };
    const clock = Date.now;
    const rotating = { crypto: nodeCrypto, clock, keys: nodeKeys, versions: late, secretIds };
    const event = { Step: finish, SecretId: keeper.arn, ClientRequestToken: t1 };
    expect(await failure(runRotationStep(event, rotating))).toBe(
      'Secrets Manager move of AWSCURRENT of signet/roots failed: InvalidParameterException 400',
    );
    expect((await keeper.keyring()).kids).toEqual(['r1', 'r2']);
    expect(await failure(keeper.step(finish, t1))).toBe(changed);
    expect(await outcome()).toEqual(through('r1', 'r2'));
  });
});

describe('a stalled rotation', () => {
  it('fails after minutes, because its key would sign before every function knows it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await keeper.begin(t1);
    await steps([create, set, test]);
    await look();
    vi.setSystemTime(Date.now() + 302_000);
    expect(await failure(keeper.step(finish, t1))).toBe(
      'the new root key would sign before every function knows it',
    );
    expect([(await outcome()).kids, await pendingOn()]).toEqual([['r1'], undefined]);
    await keeper.begin(token(2));
    await steps(allSteps, token(2));
    expect(await outcome()).toEqual(through('r1', 'r2'));
  });
});

describe('the test when a schedule is created', () => {
  it('succeeds if nothing is pending, or a version without a value', async () => {
    await keeper.step(test, t1);
    await keeper.begin(t1);
    await keeper.step(test, t1);
    expect((await keeper.keyring()).kids).toEqual(['r1']);
  });

  it('fails if the root keys cannot be read', async () => {
    await keeper.secrets.write(secretIds.roots, `{"keys":["${[...seen][0]}"`);
    expect(await failure(keeper.step(test, t1))).toBe('secret roots is unusable: it is not JSON');
  });
});

describe('an event that is not a rotation of the root keys', () => {
  const other = 'only signet/roots can be rotated';
  it.each([
    ['render', secretIds.render],
    ['publisher', secretIds.publisher],
    ['nothing', ''],
    [
      'one whose name goes on',
      'arn:aws:secretsmanager:us-east-1:000000000000:secret:signet/roots-old-AbCdEf',
    ],
    ['one elsewhere', 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:signet/roots-AbCdEf'],
  ])('is refused: %s', async (_, id) => {
    await keeper.begin(t1);
    for (const step of allSteps) expect(await failure(keeper.step(step, t1, id))).toBe(other);
    expect(await keeper.versions.read(secretIds.roots, { VersionId: t1 })).toBeUndefined();
  });

  it('is refused with an unknown token', async () => {
    const wrong = 'the version of this rotation does not have the label AWSPENDING';
    for (const step of [create, set, finish])
      expect(await failure(keeper.step(step, token(9)))).toBe(wrong);
    await keeper.begin(t1);
    await steps([create]);
    for (const step of allSteps) expect(await failure(keeper.step(step, token(9)))).toBe(wrong);
    expect(await pendingOn()).toBe(t1);
  });

  it('is refused if steps are missing', async () => {
    await keeper.begin(t1);
    for (const step of [set, finish])
      expect(await failure(keeper.step(step, t1))).toBe(
        'the version of this rotation has no value yet',
      );
  });

  it('is refused if the pending version was not made by the function', async () => {
    await keeper.begin(t1);
    const input = {
      SecretId: secretIds.roots,
      ClientRequestToken: t1,
      VersionStages: ['AWSPENDING'],
    };
    const SecretString = `{"keys":"${[...seen][0]}"`;
    await keeper.embedded.client.send(new PutSecretValueCommand({ ...input, SecretString }));
    expect(await failure(keeper.step(finish, t1))).toBe('secret roots is unusable: it is not JSON');
    expect([(await outcome()).kids, await pendingOn()]).toEqual([['r1'], undefined]);
  });

  const SecretId = secretIds.roots;
  it.each([
    ['ClientRequestToken', { Step: create, SecretId }],
    ['ClientRequestToken', { Step: create, SecretId, ClientRequestToken: 'short' }],
    ['SecretId', { Step: create, SecretId: 7, ClientRequestToken: t1 }],
    ['Step', { Step: 'create_secret', SecretId, ClientRequestToken: t1 }],
    ['Step', { Step: '__proto__', SecretId, ClientRequestToken: t1 }],
    ['Step', { Step: null, SecretId, ClientRequestToken: t1 }],
  ])('is refused where %s is malformed', async (where, event) => {
    expect(await failure(keeper.handler(event))).toBe(
      `the event is malformed: ${where} is missing or invalid`,
    );
    const [line = ''] = keeper.lines;
    expect(JSON.parse(line)).toMatchObject({
      function: 'secrets',
      level: 'error',
      outcome: 'failed',
    });
  });
});
