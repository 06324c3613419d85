import { describe, expect, it } from 'vitest';
import { checkStack } from '../../../../operator/doctor/stack/stack-checks.ts';
import type { StackFacts } from '../../../../operator/target/stack-facts.ts';
import { edgeRegions } from '../../../../shared/deployment/regions.ts';
import { PortFailure } from '../../../../shared/ports.ts';
import { createMemoryInstallation } from '../../memory-installation.ts';

/* Faults of a deployed stack. `npm run proof -- aws` runs the same checks against another AWS. */

const now = 1_893_456_000_000;
const daysAgo = (days: number): Date => new Date(now - days * 86_400_000);
const viewer = 'arn:aws:lambda:us-east-1:111111111111:function:signet-viewer-request:3';
const origin = 'arn:aws:lambda:us-east-1:111111111111:function:signet-origin-response:5';
const queueArn = 'arn:aws:sqs:us-east-1:111111111111:signet-PurgeQueue';
const deadArn = 'arn:aws:sqs:us-east-1:111111111111:signet-PurgeDead';
const buckets = { sources: 'signet-sources', config: 'signet-config' };

const distribution = {
  enabled: true,
  deployed: true,
  aliases: [],
  behaviors: ['*'],
  associations: [
    { event: 'viewer-request', arn: viewer, on: '*' },
    { event: 'origin-response', arn: origin, on: '*' },
  ],
};

const sourceEvents = {
  queueArn,
  events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
  prefix: '',
  suffix: '',
};
const configEvents = { queueArn, events: ['s3:ObjectCreated:*'], prefix: 'purges/', suffix: '' };

/** A stack at which nothing is wrong. */
const healthy: StackFacts = {
  status: async () => ({ status: 'UPDATE_COMPLETE', reason: undefined }),
  resources: async () => [
    { id: 'ViewerRequestCurrentVersionA', type: 'AWS::Lambda::Version', physicalId: viewer },
    { id: 'OriginResponseCurrentVersionB', type: 'AWS::Lambda::Version', physicalId: origin },
    { id: 'PurgeQueueC', type: 'AWS::SQS::Queue', physicalId: 'https://sqs/signet-PurgeQueue' },
    { id: 'PurgeDeadD', type: 'AWS::SQS::Queue', physicalId: 'https://sqs/signet-PurgeDead' },
  ],
  distribution: async () => distribution,
  isVersioned: async () => true,
  notifications: async (bucket) => [bucket === buckets.sources ? sourceEvents : configEvents],
  queue: async (url) => ({ arn: url.endsWith('Dead') ? deadArn : queueArn, waiting: 0 }),
  rotation: async () => ({ enabled: true, every: 90, since: daysAgo(20) }),
  concurrency: async () => 1_000,
};

async function findingsOf(faults: Partial<StackFacts>) {
  const open = createMemoryInstallation();
  const installation = {
    ...(await open.open()),
    ...{ clock: () => now, stack: 'signet', buckets },
    openStackFacts: async () => ({ ...healthy, ...faults }),
  };
  return checkStack(installation);
}

async function problemsOf(faults: Partial<StackFacts>) {
  const findings = await findingsOf(faults);
  return findings.flatMap((one) => (one.ok ? [] : [[one.check, one.problem]]));
}

const denied = (permission: string) => async (): Promise<never> => {
  const error = { status: 403, code: 'AccessDenied', denied: permission };
  throw new PortFailure(`it failed; add the permission ${permission}`, true, error);
};

describe('the checks of a stack', () => {
  it('find nothing wrong with a healthy one', async () => {
    expect((await findingsOf({})).map((one) => one.ok && one.state)).toEqual([
      { kind: 'stack_settled', status: 'UPDATE_COMPLETE' },
      {
        kind: 'functions_current',
        versions: ['signet-viewer-request:3', 'signet-origin-response:5'],
      },
      { kind: 'notifications_sent' },
      { kind: 'buckets_versioned' },
      { kind: 'rotation_on_time', days: 20, every: 90 },
      { kind: 'queue_worked_off', waiting: 0 },
      { kind: 'quotas_ample', region: edgeRegions[0], concurrent: 1_000 },
    ]);
  });

  it('are none for an installation without a stack', async () => {
    expect(await checkStack(await createMemoryInstallation().open())).toEqual([]);
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'User Initiated'],
    ['UPDATE_ROLLBACK_FAILED', 'The following resource(s) failed'],
    ['UPDATE_FAILED', undefined],
  ])('find a stack half-way through an update: %s', async (status, reason) => {
    expect(await problemsOf({ status: async () => ({ status, reason }) })).toEqual([
      ['stack', { kind: 'stack_unsettled', stack: 'signet', status, reason }],
    ]);
  });

  it.each(['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'])(
    'accept a stack whose functions match its template: %s',
    async (status) => {
      expect(await problemsOf({ status: async () => ({ status, reason: undefined }) })).toEqual([]);
    },
  );

  const second = { event: 'viewer-request', arn: viewer, on: 'old/*' };
  it.each([
    [
      'an older version at the edge',
      {
        associations: [
          { event: 'viewer-request', arn: viewer.replace(/3$/, '2'), on: '*' },
          ...distribution.associations.slice(1),
        ],
      },
      {
        kind: 'functions_differ',
        wrong: {
          ...{ event: 'viewer-request', on: '*' },
          ...{ expected: 'signet-viewer-request:3', found: 'signet-viewer-request:2' },
        },
      },
    ],
    [
      'a behaviour that runs only one function',
      {
        behaviors: ['*', 'old/*'],
        associations: [...distribution.associations, second],
      },
      {
        kind: 'functions_differ',
        wrong: {
          ...{ event: 'origin-response', on: 'old/*' },
          ...{ expected: 'signet-origin-response:5', found: undefined },
        },
      },
    ],
    ['a disabled distribution', { enabled: false }, { kind: 'distribution_disabled' }],
    [
      'a distribution that is being changed',
      { deployed: false },
      { kind: 'distribution_changing' },
    ],
  ])('find %s', async (_what, changed, problem) => {
    expect(
      await problemsOf({ distribution: async () => ({ ...distribution, ...changed }) }),
    ).toEqual([['functions', problem]]);
  });

  it('find a stack without versions of the functions', async () => {
    const resources = async () =>
      (await healthy.resources()).filter(({ type }) => type !== 'AWS::Lambda::Version');
    expect(await problemsOf({ resources })).toEqual([['functions', { kind: 'functions_unknown' }]]);
  });

  const missing = (bucket: string, event: string, prefix = '') => [
    ['notifications', { kind: 'notification_missing', bucket, event, prefix }],
  ];
  it.each([
    ['no notification', [], missing(buckets.sources, 's3:ObjectCreated:*')],
    [
      'one for created objects only',
      [{ ...sourceEvents, events: ['s3:ObjectCreated:*'] }],
      missing(buckets.sources, 's3:ObjectRemoved:*'),
    ],
    [
      'one to another queue',
      [{ ...sourceEvents, queueArn: deadArn }],
      missing(buckets.sources, 's3:ObjectCreated:*'),
    ],
    [
      'one for a part of the sources',
      [{ ...sourceEvents, prefix: 'acme/' }],
      missing(buckets.sources, 's3:ObjectCreated:*'),
    ],
    [
      'one for some endings',
      [{ ...sourceEvents, suffix: '.jpg' }],
      missing(buckets.sources, 's3:ObjectCreated:*'),
    ],
  ])('find a bucket of sources with %s', async (_what, sent, problems) => {
    const notifications: StackFacts['notifications'] = async (bucket) =>
      bucket === buckets.sources ? sent : [configEvents];
    expect(await problemsOf({ notifications })).toEqual(problems);
  });

  it('find a bucket of policies that reports no purge requests', async () => {
    const notifications: StackFacts['notifications'] = async (bucket) =>
      bucket === buckets.sources ? [sourceEvents] : [];
    expect(await problemsOf({ notifications })).toEqual(
      missing(buckets.config, 's3:ObjectCreated:*', 'purges/'),
    );
  });

  it.each(Object.values(buckets))('find a bucket without versions: %s', async (bucket) => {
    expect(await problemsOf({ isVersioned: async (name) => name !== bucket })).toEqual([
      ['versioning', { kind: 'versioning_off', bucket }],
    ]);
  });

  const secret = 'signet/roots';
  it.each([
    [
      { enabled: false, every: 90, since: daysAgo(1) },
      { kind: 'rotation_off', secret },
    ],
    [
      { enabled: true, every: undefined, since: daysAgo(1) },
      { kind: 'rotation_off', secret },
    ],
    [
      { enabled: true, every: 90, since: daysAgo(94) },
      { kind: 'rotation_late', secret, days: 94, every: 90 },
    ],
  ])('find a rotation that does not happen: %j', async (facts, problem) => {
    expect(await problemsOf({ rotation: async () => facts })).toEqual([['rotation', problem]]);
  });

  it.each([
    [daysAgo(93), 93],
    [undefined, 0],
  ])('wait as long as the alarm does: %s', async (since, days) => {
    const findings = await findingsOf({
      rotation: async () => ({ enabled: true, every: 90, since }),
    });
    const found = findings.find(({ check }) => check === 'rotation');
    expect(found).toMatchObject({ ok: true, state: { kind: 'rotation_on_time', days } });
  });

  it('find dead letters, and a queue that nobody works off', async () => {
    const waiting = (dead: number, alive: number): Partial<StackFacts> => ({
      queue: async (url) =>
        url.endsWith('Dead') ? { arn: deadArn, waiting: dead } : { arn: queueArn, waiting: alive },
    });
    expect(await problemsOf(waiting(2, 5_000))).toEqual([
      ['purge queue', { kind: 'dead_letters', count: 2, arn: deadArn }],
    ]);
    expect(await problemsOf(waiting(0, 1_001))).toEqual([
      ['purge queue', { kind: 'queue_behind', waiting: 1_001 }],
    ]);
    expect(await problemsOf(waiting(0, 1_000))).toEqual([]);
  });

  it('find every Region in which too few functions may run, the lowest first', async () => {
    const limits: Readonly<Record<string, number>> = { 'eu-west-1': 50, 'sa-east-1': 10 };
    expect(await problemsOf({ concurrency: async (region) => limits[region] ?? 100 })).toEqual([
      [
        'quotas',
        {
          kind: 'quota_low',
          regions: [
            { region: 'sa-east-1', concurrent: 10 },
            { region: 'eu-west-1', concurrent: 50 },
          ],
        },
      ],
    ]);
  });

  const notEnabled = async (region: string, wanted: string): Promise<number> => {
    const error = { status: 403, code: 'UnrecognizedClientException' };
    if (region === wanted) throw new PortFailure('a call to lambda failed', true, error);
    return 1_000;
  };
  it('skip a Region that the account has not enabled, but no Region that every account has', async () => {
    const skip = (region: string): Promise<number> => notEnabled(region, 'me-central-1');
    expect(await problemsOf({ concurrency: skip })).toEqual([]);
    const refuse = (region: string): Promise<number> => notEnabled(region, 'eu-west-1');
    expect(await problemsOf({ concurrency: refuse })).toMatchObject([
      ['quotas', { kind: 'check_failed', message: 'a call to lambda failed' }],
    ]);
  });

  it.each([
    ['status', 'cloudformation:DescribeStacks', ['stack']],
    [
      'resources',
      'cloudformation:ListStackResources',
      ['functions', 'notifications', 'purge queue'],
    ],
    ['distribution', 'cloudfront:GetDistribution', ['functions']],
    ['isVersioned', 's3:GetBucketVersioning', ['versioning']],
    ['notifications', 's3:GetBucketNotification', ['notifications']],
    ['queue', 'sqs:GetQueueAttributes', ['notifications', 'purge queue']],
    ['rotation', 'secretsmanager:DescribeSecret', ['rotation']],
    ['concurrency', 'lambda:GetAccountSettings', ['quotas']],
  ] as const)('name the permission if %s is denied: %s', async (fact, permission, found) => {
    const problems = await problemsOf({ [fact]: denied(permission) });
    expect(problems.map(([check]) => check)).toEqual(found);
    for (const [, problem] of problems)
      expect(problem).toEqual({
        kind: 'permission_missing',
        permission,
        message: `it failed; add the permission ${permission}`,
      });
  });

  it('go on if a service does not answer', async () => {
    const silent = async (): Promise<never> => {
      throw new PortFailure('SQS failed: no answer (ENOTFOUND)', false);
    };
    const problems = await problemsOf({ queue: silent });
    expect(problems.map(([check]) => check)).toEqual(['notifications', 'purge queue']);
  });
});
