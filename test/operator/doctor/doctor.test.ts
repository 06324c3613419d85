import { beforeEach, describe, expect, it } from 'vitest';
import {
  readAcknowledgements,
  writeAcknowledgement,
} from '../../../operator/doctor/acknowledgements.ts';
import { changeAcknowledgement, judgeInstallation } from '../../../operator/doctor/diagnosis.ts';
import { diagnose } from '../../../operator/doctor/doctor.ts';
import { type Finding, fail, type Problem } from '../../../operator/doctor/finding.ts';
import { degreeOf, findingId } from '../../../operator/doctor/severity.ts';
import { publicHalf } from '../../../shared/keys/publisher.ts';
import { secretIds } from '../../../shared/keys/store.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import { changeKey, changesKey } from '../../../shared/versions/changes.ts';
import { deleteTenant } from '../../../shared/versions/publishing.ts';
import { stranger } from '../../shared/keys/publisher.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

let installation: ReturnType<typeof createMemoryInstallation>;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme');
});

async function findingOf(check: Finding['check'], tenant?: string) {
  const findings = await diagnose(installation.open);
  return findings.find((one) => one.check === check && one.tenant === tenant);
}

describe('diagnose', () => {
  it('returns data for every check', async () => {
    const address = 'http://127.0.0.1:1';
    expect(await diagnose(installation.open)).toEqual([
      { check: 'root keys', ok: true, state: { kind: 'root_keys', kids: ['r1'] } },
      { check: 'publisher', ok: true, state: { kind: 'publisher_known' } },
      { check: 'render secret', ok: true, state: { kind: 'render_secret_current' } },
      { check: 'distribution', ok: false, problem: { kind: 'distribution_silent', address } },
      {
        check: 'view',
        ok: false,
        problem: { kind: 'view_unanswered', address, reason: expect.any(String) },
      },
      { check: 'changes', ok: true, state: { kind: 'changes_current', sequence: 1 } },
      {
        check: 'policy',
        tenant: 'acme',
        ok: true,
        state: { kind: 'policy_live', version: 1, reporting: false },
      },
      { check: 'trail', tenant: 'acme', ok: true, state: { kind: 'trail_intact', versions: 1 } },
    ]);
  });

  it('finds an unknown publisher', async () => {
    const open = async () => ({
      ...(await installation.open()),
      publishers: async () => [publicHalf(stranger)],
    });
    const [, publisher] = await diagnose(open);
    expect(publisher).toMatchObject({ ok: false, problem: { kind: 'publisher_unknown' } });
  });

  it.each([
    [['https://www.example.com', 'http://localhost:3000'], undefined],
    [['https://www.example.com', 'https://app.example.com'], 'https://app.example.com'],
  ])('finds a page that the deployment does not list among %j', async (origins, origin) => {
    await installation.publish('acme', { urls: { origins } });
    expect(await findingOf('policy', 'acme')).toMatchObject(
      origin === undefined ? { ok: true } : { problem: { kind: 'origin_unlisted', origin } },
    );
  });

  const faults: readonly (readonly [string, () => void, string])[] = [
    ['lost', () => installation.config.objects.delete(changesKey), 'missing'],
    ['damaged', () => keep(installation.config, changesKey, 'x'), 'unusable'],
    [
      'older than the trail',
      () => keep(installation.config, changeKey(2), 'a change that never reached the list'),
      'behind',
    ],
  ];

  it.each(faults)(
    'finds a list of changes that is %s, and publishing what is live repairs it',
    async (_what, damage, fault) => {
      damage();
      expect(await findingOf('changes')).toMatchObject({
        problem: { kind: 'changes_faulty', fault, repair: { tenant: 'acme', version: 1 } },
      });
      expect((await installation.publish('acme')).unchanged).toBe(true);
      expect(await findingOf('changes')).toMatchObject({ ok: true });
    },
  );

  it('finds a list that names an older version of a policy than the live one', async () => {
    const { body } = installation.config.objects.get(changesKey) ?? {};
    await installation.publish('acme', { snap: true });
    keep(installation.config, changesKey, body ?? '');
    installation.config.objects.delete(changeKey(2));
    expect(await findingOf('changes')).toMatchObject({
      problem: { fault: 'outdated', repair: { tenant: 'acme', version: 2 } },
    });
    await installation.publish('acme', { snap: true });
    expect(await findingOf('changes')).toMatchObject({ ok: true });
  });

  it('misses no list after an upgrade, until the next publish', async () => {
    installation.config.objects.delete(changesKey);
    installation.config.objects.delete(changeKey(1));
    expect(await findingOf('changes')).toMatchObject({ ok: true, state: { sequence: 0 } });
    await installation.publish('acme', { snap: true });
    expect(await findingOf('changes')).toMatchObject({ ok: true, state: { sequence: 1 } });
  });

  it('misses no list before anything was published', async () => {
    installation = createMemoryInstallation();
    expect(await findingOf('changes')).toMatchObject({ ok: true });
  });

  it('finds a stale render secret, and a check that failed', async () => {
    installation.secrets.texts.set(secretIds.render, '{}');
    expect(await findingOf('render secret')).toMatchObject({
      problem: { kind: 'render_secret_stale' },
    });
    installation.secrets.texts.set(secretIds.roots, 'x');
    expect(await findingOf('root keys')).toMatchObject({
      problem: { kind: 'check_failed', lastVersion: undefined },
    });
  });

  it('finds a kid without a root key, and a fallback that does not exist', async () => {
    await installation.publish('orphan', { keys: { active: 'r5.1', accept: ['r5.1'] } });
    expect(await findingOf('policy', 'orphan')).toMatchObject({
      problem: { kind: 'root_key_gone', kid: 'r5.1' },
    });
    await installation.publish('bare', { fallback: 'none.png' });
    expect(await findingOf('policy', 'bare')).toMatchObject({
      problem: { kind: 'fallback_missing', path: 'none.png' },
    });
  });

  it('names the last version of a trail whose policy cannot be trusted', async () => {
    keep(installation.config, policyKey('acme'), 'x');
    expect(await findingOf('policy', 'acme')).toMatchObject({
      ok: false,
      problem: { kind: 'check_failed', lastVersion: 1 },
    });
  });

  it('finds a removed policy, and no problem with a deleted tenant', async () => {
    await installation.publish('left');
    await deleteTenant(installation, 'left', undefined);
    await installation.config.remove([policyKey('acme')]);
    expect(await findingOf('policy', 'acme')).toBeUndefined();
    expect(await findingOf('trail', 'acme')).toMatchObject({
      problem: { kind: 'trail_broken', lastVersion: 1 },
    });
    expect(await findingOf('trail', 'left')).toMatchObject({ ok: true });
  });

  it('finds a forged version', async () => {
    keep(installation.config, auditKey('acme', 2), 'x');
    expect(await findingOf('trail', 'acme')).toMatchObject({ ok: false });
  });

  it('throws if the installation does not answer', async () => {
    const open = async () => ({
      ...(await installation.open()),
      keyring: async () => {
        throw new PortFailure('no answer', false);
      },
    });
    await expect(diagnose(open)).rejects.toBeInstanceOf(PortFailure);
  });

  const denied = (permission: string): PortFailure =>
    new PortFailure('denied', true, { status: 403, code: 'AccessDenied', denied: permission });

  it('finds that the stack may not be described, instead of failing', async () => {
    const open = async (): Promise<never> => {
      throw denied('cloudformation:DescribeStacks');
    };
    expect(await diagnose(open)).toEqual([
      {
        check: 'stack',
        ok: false,
        problem: {
          kind: 'permission_missing',
          permission: 'cloudformation:DescribeStacks',
          message: 'denied',
        },
      },
    ]);
  });

  it('finds that tenants may not be listed, and checks the rest', async () => {
    const { config, ...rest } = await installation.open();
    const list = () => {
      throw denied('s3:ListBucket');
    };
    const findings = await diagnose(async () => ({ ...rest, config: { ...config, list } }));
    const missing = findings.filter((one) => !one.ok && one.problem.kind === 'permission_missing');
    expect(missing.map(({ check }) => check)).toEqual(['policy', 'trail']);
    expect(findings.find(({ check }) => check === 'root keys')?.ok).toBe(true);
  });
});

describe('an acknowledged problem', () => {
  const tenants = { operands: [], all: false };
  const request = { objects: new Map<string, string>(), tenants };
  const judge = () => judgeInstallation(installation.open, request);
  const accept = (id: string, withdrawn = false) =>
    changeAcknowledgement(installation.open, request, { id, reason: 'known', withdrawn });

  /** The id of the trail's problem. */
  async function breakTrail(): Promise<string> {
    keep(installation.config, auditKey('acme', 2), 'x');
    const { findings } = await judge();
    return findings.find(({ finding }) => finding.check === 'trail')?.id ?? '';
  }

  it('counts no more, for all operators, and can be withdrawn', async () => {
    const before = await judge();
    const id = await breakTrail();
    expect((await judge()).errors).toBeGreaterThan(before.errors);
    await accept(id);
    const { findings, acknowledged } = await judge();
    const found = findings.find((one) => one.id === id);
    expect(acknowledged).toBe(1);
    expect(found?.acknowledged).toMatchObject({
      ...{ reason: 'known', by: await installation.by(), number: 1 },
    });
    await expect(accept(id)).rejects.toMatchObject({ code: 'conflict' });
    await accept(id, true);
    expect((await judge()).acknowledged).toBe(0);
  });

  it.each([[999_999], [1], [2]])(
    'can be withdrawn although an object that nobody signed has number %d',
    async (number) => {
      const id = await breakTrail();
      const junk = `audit/_acknowledged/${id}/${number}.jws`;
      if (number === 1) keep(installation.config, junk, 'x');
      await accept(id);
      if (number !== 1) keep(installation.config, junk, 'x');
      expect((await judge()).acknowledged).toBe(1);
      const { record } = await accept(id, true);
      expect(record.number).toBe(number === 999_999 ? 2 : 3);
      expect((await judge()).acknowledged).toBe(0);
      expect((await accept(id)).record.number).toBe(record.number + 1);
      expect((await judge()).acknowledged).toBe(1);
    },
  );

  it('is refused if every reader would ignore the record', async () => {
    const open = async () => ({
      ...(await installation.open()),
      publishers: async () => [publicHalf(stranger)],
    });
    const { findings } = await judgeInstallation(open, request);
    const id = findings.find(({ finding }) => finding.check === 'publisher')?.id ?? '';
    const { size } = installation.config.objects;
    const change = { id, reason: 'known', withdrawn: false };
    await expect(changeAcknowledgement(open, request, change)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(installation.config.objects.size).toBe(size);
  });

  it('covers no other problem of the same tenant', async () => {
    await accept(await breakTrail());
    keep(installation.config, auditKey('acme', 1), 'x');
    expect((await judge()).acknowledged).toBe(0);
  });

  it('is one only if a publisher has signed it for that problem', async () => {
    const id = await breakTrail();
    await accept(id);
    const key = `audit/_acknowledged/${id}/1.jws`;
    const { body } = installation.config.objects.get(key) ?? {};
    keep(installation.config, key, 'x');
    expect((await judge()).acknowledged).toBe(0);
    const other = '0123456789ab';
    keep(installation.config, key.replace(id, other), body ?? '');
    await expect(accept(other)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('an acknowledgement', () => {
  const tenants = { operands: [], all: false };
  const request = { objects: new Map<string, string>(), tenants };
  const day = 86_400_000;

  it.each([
    [29, 1],
    [30, 0],
  ])('of a problem that comes back after %d days covers %d', async (days, covered) => {
    let now = Date.parse('2030-01-01T00:00:00Z');
    const open = async () => ({ ...(await installation.open()), clock: () => now });
    keep(installation.config, auditKey('acme', 2), 'x');
    const { findings } = await judgeInstallation(open, request);
    const id = findings.find(({ finding }) => finding.check === 'trail')?.id ?? '';
    const change = { id, reason: 'known', withdrawn: false };
    await changeAcknowledgement(open, request, change);
    now += days * day;
    expect((await judgeInstallation(open, request)).acknowledged).toBe(covered);
    if (covered > 0) return;
    // It has ended, so it is not withdrawn, and can be given again.
    await expect(
      changeAcknowledgement(open, request, { ...change, withdrawn: true }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await changeAcknowledgement(open, request, change);
    expect((await judgeInstallation(open, request)).acknowledged).toBe(1);
  });

  const growing: readonly (readonly [string, (degree: number) => Problem])[] = [
    ['days', (days) => ({ kind: 'rotation_late', secret: 's', every: 90, days })],
    ['messages', (waiting) => ({ kind: 'queue_behind', waiting })],
    ['dead letters', (count) => ({ kind: 'dead_letters', arn: 'arn', count })],
    [
      'renders',
      (renders) => ({
        kind: 'budget_exceeded',
        day: `2026-08-${renders}`,
        renders,
        rendersPerDay: 1,
      }),
    ],
  ];

  it.each(growing)(
    'covers no more %s than when it was given, and fewer',
    async (_what, problem) => {
      const found = (degree: number) => {
        const one = problem(degree);
        const id = findingId(fail({ check: 'purge queue' }, one), one);
        return { id, degree: degreeOf(one) };
      };
      const change = { reason: 'known', withdrawn: false };
      const record = await writeAcknowledgement(installation, { ...found(10), ...change });
      const read = async (degree: number) => {
        const one = found(degree);
        return (await readAcknowledgements(installation, [one])).get(one.id);
      };
      expect([await read(9), await read(10), await read(11)]).toEqual([record, record, undefined]);
      await writeAcknowledgement(installation, { ...found(11), ...change });
      expect(await read(11)).toBeDefined();
    },
  );
});

describe('the severity', () => {
  it('is a warning where the service works around the problem', async () => {
    await installation.publish('bare', { fallback: 'none.png' });
    const before = await judgeInstallation(installation.open, {
      ...{ objects: new Map(), tenants: { operands: ['bare'], all: false } },
    });
    expect(before.warnings).toBe(1);
    // Nothing listens where the distribution should be.
    expect(before.errors).toBe(1);
  });
});
