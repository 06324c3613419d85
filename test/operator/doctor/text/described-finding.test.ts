import { describe, expect, it } from 'vitest';
import type { HealthyState, Problem } from '../../../../operator/doctor/finding.ts';
import {
  type DescribedFinding,
  describeFinding,
} from '../../../../operator/doctor/text/described-finding.ts';

const address = 'https://img.example.com';
const arn = 'arn:aws:sqs:us-east-1:111111111111:signet-PurgeDead';
const repair = { tenant: 'acme', version: 3 };

const damage = {
  ...{ tenant: 'acme', steps: [], lost: ['audit/acme/2.jws'], last: 3, deleted: false },
  bucket: undefined,
};

/** One problem of each kind. */
const problems: readonly Problem[] = [
  { kind: 'check_failed', message: 'it failed' },
  { kind: 'permission_missing', permission: 's3:ListBucket', message: 'denied' },
  { kind: 'publisher_unknown' },
  { kind: 'render_secret_stale' },
  { kind: 'unsigned_answered', address, status: 200, code: null },
  { kind: 'distribution_silent', address },
  { kind: 'view_refused', address, viewed: 'acme', status: 503, code: 'unavailable' },
  { kind: 'view_unanswered', address, reason: 'CERT_HAS_EXPIRED' },
  { kind: 'changes_faulty', fault: 'missing', repair },
  { kind: 'policy_gone' },
  {
    kind: 'derivatives_wrong',
    folder: {
      ...{ tenant: 'acme', isLive: true, count: 1 },
      examples: [{ key: 'acme/a', why: 'it is empty', source: 'a' }],
    },
  },
  { kind: 'folder_unwritable', folder: '/var/signet', code: 'EROFS' },
  { kind: 'disk_low', folder: '/var/signet', free: 1_000 },
  { kind: 'root_key_gone', kid: 'r1.1' },
  { kind: 'budget_exceeded', day: '2026-08-01', renders: 9, rendersPerDay: 5 },
  { kind: 'fallback_missing', path: 'none.png' },
  { kind: 'origin_unlisted', origin: 'https://www.example.com' },
  { kind: 'source_unlisted', fault: 'names no source' },
  { kind: 'source_absent', from: 'photos', path: 'a.jpg' },
  { kind: 'source_unreadable', from: 'photos', status: 503, code: 'unavailable' },
  { kind: 'trail_broken', faults: ['version 2 is missing'], repair: damage },
  { kind: 'stack_unsettled', stack: 'prod', status: 'UPDATE_IN_PROGRESS', reason: undefined },
  { kind: 'stack_unsettled', stack: 'prod', status: 'UPDATE_ROLLBACK_FAILED', reason: 'why' },
  { kind: 'stack_unsettled', stack: 'prod', status: 'UPDATE_FAILED', reason: 'why' },
  {
    kind: 'functions_differ',
    wrong: { event: 'viewer-request', on: '*', expected: 'a:3', found: 'a:2' },
  },
  { kind: 'functions_unknown' },
  { kind: 'distribution_disabled' },
  { kind: 'distribution_changing' },
  { kind: 'notification_missing', bucket: 'b', event: 's3:ObjectCreated:*', prefix: 'purges/' },
  { kind: 'versioning_off', bucket: 'b' },
  { kind: 'rotation_off', secret: 'signet/roots' },
  { kind: 'rotation_late', secret: 'signet/roots', days: 94, every: 90 },
  { kind: 'queue_behind', waiting: 5_000 },
  { kind: 'dead_letters', count: 2, arn },
  { kind: 'quota_low', regions: [{ region: 'eu-west-1', concurrent: 10 }] },
];

const printed = (problem: Problem, stack: string | undefined): DescribedFinding =>
  describeFinding({ finding: { check: 'publisher', ok: false, problem } }, stack);

/** Advice that helps only on one machine. */
const local = /npm start|restart|state folder|SIGNET_HOME/;

describe('a problem that doctor prints', () => {
  it.each(problems)('has a sentence and something to do: $kind', (problem) => {
    for (const stack of [undefined, 'prod']) {
      const { found, todo } = printed(problem, stack);
      expect(found).toMatch(/^\S.{7,}$/);
      expect(todo).toMatch(/^\S.{7,}$/);
      expect(`${found}${todo}`).not.toMatch(/undefined|\[object/);
    }
  });

  it.each(problems)('has no advice about the local stack on AWS: $kind', (problem) => {
    expect(printed(problem, 'prod').todo).not.toMatch(local);
  });

  it('has advice about the local stack on one machine', () => {
    const kinds = problems
      .filter((one) => local.test(printed(one, undefined).todo ?? ''))
      .map(({ kind }) => kind);
    expect(kinds).toEqual([
      ...['check_failed', 'publisher_unknown', 'render_secret_stale', 'distribution_silent'],
      ...['view_unanswered', 'trail_broken'],
    ]);
  });

  it.each([
    [
      { kind: 'root_key_gone', kid: 'r1.1' },
      'npx signet keys rotate acme --reason TEXT --target aws:prod; then npx signet keys retire acme r1.1 --reason TEXT --yes --target aws:prod',
    ],
    [
      { kind: 'dead_letters', count: 1, arn },
      `read the log group of the purge function, correct the cause, then: aws sqs start-message-move-task --region us-east-1 --source-arn ${arn}`,
    ],
    [
      { kind: 'permission_missing', permission: 's3:ListBucket', message: 'denied' },
      'add the permission s3:ListBucket (docs/permissions.md has the policy of operators), then run doctor again',
    ],
  ] as const)('names the command to type: %j', (problem, todo) => {
    const finding = { check: 'policy', tenant: 'acme', ok: false, problem } as const;
    expect(describeFinding({ finding }, 'prod').todo).toBe(todo);
  });

  const junk = {
    kind: 'set_aside',
    key: 'audit/acme/4.jws',
    why: 'its signature is wrong',
  } as const;
  const lost = ['audit/acme/2.jws'];
  const whole = { ...damage, lost: [], bucket: 'signet-config-1' };
  it.each([
    [
      { ...whole, steps: [junk] },
      'delete the version of s3://signet-config-1/audit/acme/4.jws that no publisher signed, as docs/operating.md#repair-a-trail shows; then run doctor again',
      'stop the stack, and run npx signet doctor acme --repair',
    ],
    [
      { ...whole, lost },
      'restore the earlier version of s3://signet-config-1/audit/acme/2.jws, as docs/operating.md#repair-a-trail shows; without one, accept the loss: npx signet doctor --acknowledge 0123456789ab --reason TEXT --target aws:prod',
      'restore audit/acme/2.jws from a copy of the state folder: stop the stack, and run npx signet doctor acme --repair --from FOLDER; without one, accept the loss: npx signet doctor --acknowledge 0123456789ab --reason TEXT',
    ],
    [
      whole,
      'nothing can repair what a publisher has signed; find out who did, then accept it: npx signet doctor --acknowledge 0123456789ab --reason TEXT --target aws:prod',
      'nothing can repair what a publisher has signed; find out who did, then accept it: npx signet doctor --acknowledge 0123456789ab --reason TEXT',
    ],
  ] as const)(
    'says how to repair a trail on AWS and on one machine: %#',
    (one, deployed, local) => {
      const problem = { kind: 'trail_broken', faults: ['a fault'], repair: one } as const;
      const finding = { check: 'trail', tenant: 'acme', ok: false, problem } as const;
      const id = '0123456789ab';
      const first = 'find out who can write to the bucket; ';
      expect(describeFinding({ finding, id }, 'prod').todo).toBe(`${first}${deployed}`);
      expect(describeFinding({ finding, id }, undefined).todo).toBe(`${first}${local}`);
    },
  );

  it('does not advise to restore a secret when another check failed', () => {
    const problem = {
      kind: 'check_failed',
      message: 'SQS failed',
    } as const;
    const finding = { check: 'purge queue', ok: false, problem } as const;
    const { todo } = describeFinding({ finding }, 'prod');
    expect(todo).toBe('run doctor again, and look for AWS or network problems');
  });
});

describe('a check that passed', () => {
  const states: readonly HealthyState[] = [
    { kind: 'stack_settled', status: 'UPDATE_ROLLBACK_COMPLETE' },
    { kind: 'functions_current', versions: ['a:1', 'b:2'] },
    { kind: 'notifications_sent' },
    { kind: 'buckets_versioned' },
    { kind: 'rotation_on_time', days: 1, every: 90 },
    { kind: 'queue_worked_off', waiting: 0 },
    { kind: 'quotas_ample', region: 'eu-west-1', concurrent: 1_000 },
    { kind: 'view_answered', address, viewed: 'acme' },
    { kind: 'view_not_tried', address, why: 'no_tenant' },
    { kind: 'view_not_tried', address, why: 'no_recipe' },
  ];
  it.each(states)('is printed in one sentence, without advice: $kind', (state) => {
    const { found, todo } = describeFinding(
      { finding: { check: 'stack', ok: true, state } },
      'prod',
    );
    expect(found).toMatch(/^\S.{7,}$/);
    expect(found).not.toMatch(/undefined|\[object/);
    expect(todo).toBeUndefined();
  });
});
