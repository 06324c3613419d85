import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { retentionDays } from '../../operator/log-retention/log-retention.ts';
import { command } from './in-process.ts';

/*
 * CloudFormation and CloudWatch Logs of every Region, as one server. A call names its Region in its signature.
 * `npm run proof -- aws` runs the command against another CloudWatch Logs.
 */

const viewer = '/signet/prod-viewer-request';
const origin = '/signet/prod-origin-response';
const outputs = ['Address', 'SourcesBucket', 'DerivativesBucket', 'ConfigBucket', 'DistributionId'];
const stackXml = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>prod</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2030-01-01T00:00:00Z</CreationTime><Outputs>${outputs
  .map((key) => `<member><OutputKey>${key}</OutputKey><OutputValue>x</OutputValue></member>`)
  .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

type Refusal = { readonly status: number; readonly type: string };
/** The retention of each group by Region and name; 0 for a group that keeps lines for ever. */
let groups: Map<string, number>;
/** What a Region answers to one action, or to all with `*`. */
let refusals: Map<string, Refusal>;

type Asked = { readonly logGroupName: string; readonly retentionInDays: number };

function describeGroups(region: string, prefix: string, limit: number): object {
  const found = [...groups]
    .map(([key, days]) => [key.split(' '), days] as const)
    .filter(([[where, name = '']]) => where === region && name.startsWith(prefix))
    .map(([[, logGroupName], days]) => ({
      logGroupName,
      ...(days > 0 ? { retentionInDays: days } : {}),
    }));
  return { logGroups: found.slice(0, limit) };
}

function answerLogs(region: string, action: string, asked: Asked & Record<string, unknown>) {
  const key = `${region} ${asked.logGroupName}`;
  if (action === 'DescribeLogGroups')
    return describeGroups(region, String(asked['logGroupNamePrefix']), Number(asked['limit']));
  if (action === 'CreateLogGroup') groups.set(key, 0);
  if (action === 'PutRetentionPolicy') groups.set(key, asked.retentionInDays);
  return {};
}

function answer(request: IncomingMessage, body: string): readonly [number, string] {
  const [, action = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (action === '') return [200, stackXml];
  const [, region = ''] =
    /Credential=[^/]+\/\d+\/([^/]+)\/logs\//.exec(request.headers.authorization ?? '') ?? [];
  const refusal = refusals.get(`${region} *`) ?? refusals.get(`${region} ${action}`);
  if (refusal !== undefined)
    return [refusal.status, JSON.stringify({ __type: refusal.type, message: 'no' })];
  return [200, JSON.stringify(answerLogs(region, action, JSON.parse(body)))];
}

let server: Server;
const variables: Record<string, string> = {
  AWS_ACCESS_KEY_ID: 'signet',
  AWS_SECRET_ACCESS_KEY: 'signet-local',
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const [status, text] = answer(request, Buffer.concat(await request.toArray()).toString());
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  variables['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${port}`;
  Object.assign(process.env, variables);
});
afterAll(() => {
  for (const name of Object.keys(variables)) delete process.env[name];
  server.close();
});
beforeEach(() => {
  groups = new Map([
    [`us-east-1 ${origin}`, 30],
    [`us-east-1 ${viewer}`, 14],
    [`us-east-1 ${viewer}-of-another`, 7],
  ]);
  refusals = new Map();
});

const run = (...args: readonly string[]) =>
  command(['logs', 'retention', ...args], { SIGNET_TARGET: 'aws:prod' });

type Report = {
  readonly regions: readonly { readonly region: string; readonly outcome: string }[];
};

describe('logs retention', () => {
  it('keeps logs everywhere as long as in us-east-1, and makes groups where Lambda@Edge runs', async () => {
    groups.set(`eu-west-1 ${viewer}`, 0);
    groups.set(`ca-central-1 ${origin}`, 365);
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${viewer}: 14 days\n${origin}: 30 days\n`);
    expect(stdout).toContain('\nchanged: 2 log groups in ca-central-1, eu-west-1\n');
    expect(groups.get(`eu-west-1 ${viewer}`)).toBe(14);
    expect(groups.get(`ca-central-1 ${origin}`)).toBe(30);
    expect(groups.get(`ap-northeast-1 ${viewer}`)).toBe(14);
    expect(groups.get(`us-west-1 ${origin}`)).toBe(30);
    // Lambda@Edge does not run there, so there is nothing to prepare.
    expect(groups.has(`ca-central-1 ${viewer}`)).toBe(false);
    expect(groups.get(`us-east-1 ${viewer}-of-another`)).toBe(7);
  });

  it('changes nothing the second time', async () => {
    await run();
    const before = new Map(groups);
    const { code, stdout } = await run();
    expect([code, groups]).toEqual([0, before]);
    expect(stdout).toContain('created: 0 log groups\nchanged: 0 log groups');
  });

  it('sets the days that are named, in us-east-1 too', async () => {
    expect((await run('90')).code).toBe(0);
    expect(groups.get(`us-east-1 ${viewer}`)).toBe(90);
    expect(groups.get(`eu-central-1 ${origin}`)).toBe(90);
  });

  it.each(['UnrecognizedClientException', 'AuthFailure'])(
    'names and skips a Region that the account has not enabled: %s',
    async (type) => {
      refusals.set('me-south-1 *', { status: 400, type });
      const { code, stdout } = await run();
      expect(code).toBe(0);
      expect(stdout).toContain('skipped, because the account has not enabled them: me-south-1\n');
    },
  );

  it.each([
    [
      'eu-west-2 PutRetentionPolicy',
      { status: 400, type: 'AccessDeniedException' },
      `eu-west-2 failed: CloudWatch Logs on ${viewer} failed: AccessDeniedException 400; add the permission logs:PutRetentionPolicy`,
    ],
    [
      'eu-west-2 CreateLogGroup',
      { status: 400, type: 'AccessDeniedException' },
      `eu-west-2 failed: CloudWatch Logs on ${viewer} failed: AccessDeniedException 400; add the permission logs:CreateLogGroup`,
    ],
    [
      'eu-west-3 *',
      { status: 400, type: 'UnrecognizedClientException' },
      'eu-west-3 failed: the credentials are refused: UnrecognizedClientException',
    ],
    [
      'eu-west-3 *',
      { status: 400, type: 'InvalidParameterException' },
      `eu-west-3 failed: CloudWatch Logs on ${viewer} failed: InvalidParameterException 400`,
    ],
  ])(
    'ends with 1 and says what is wrong, after it has set the others: %s %j',
    async (what, refusal, said) => {
      refusals.set(what, refusal);
      const { code, stdout } = await run();
      expect(code).toBe(1);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(said);
      expect(groups.get(`sa-east-1 ${viewer}`)).toBe(14);
    },
  );

  it('takes a group that a function has just created', async () => {
    refusals.set('sa-east-1 CreateLogGroup', {
      status: 400,
      type: 'ResourceAlreadyExistsException',
    });
    expect((await run()).code).toBe(0);
    expect(groups.get(`sa-east-1 ${viewer}`)).toBe(14);
  });

  it('reports every Region as JSON', async () => {
    refusals.set('me-south-1 *', { status: 400, type: 'UnrecognizedClientException' });
    const { stdout, stderr } = await run('--json');
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({
      stack: 'prod',
      groups: [
        { group: viewer, days: 14 },
        { group: origin, days: 30 },
      ],
    });
    const of = (name: string) => report.regions.find(({ region }) => region === name);
    expect(of('us-east-1')).toEqual({
      region: 'us-east-1',
      outcome: 'done',
      created: [],
      changed: [],
    });
    expect(of('sa-east-1')).toMatchObject({ created: [viewer, origin] });
    expect(of('me-south-1')).toEqual({ region: 'me-south-1', outcome: 'disabled' });
    expect([stderr, report.regions.length]).toEqual(['', 34]);
  });

  it.each([
    [['31'], /^signet: CloudWatch Logs has no retention of 31 days; write one of 1, 3, 5, /],
    [['a week'], /^signet: "a week" is not a number of days; write a whole number, such as 30\n$/],
    [
      ['30', '--target', 'local'],
      /^signet: the local stack has no log groups; name a deployed stack: --target aws:STACK\n$/,
    ],
  ])('refuses %j', async (args, said) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });

  it('asks for the days if the stack has set none', async () => {
    groups.set(`us-east-1 ${origin}`, 0);
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([
      1,
      `signet: log group ${origin} of us-east-1 has no retention to copy; name the days, such as: npx signet logs retention 30\n`,
    ]);
    expect(groups.has(`sa-east-1 ${viewer}`)).toBe(false);
  });
});

it('the times are those that the CDK knows', () => {
  const known = Object.values(RetentionDays).filter((days) => typeof days === 'number');
  const { INFINITE } = RetentionDays;
  expect(retentionDays).toEqual(known.filter((days) => days !== INFINITE));
});
