import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localBuckets } from '../../shared/deployment/local-endpoints.ts';
import { policyFields } from '../../shared/policy/fields.ts';
import { type CommandStack, startCommandStack } from './stack.ts';

/*
 * Credentials that AWS no longer takes, at the beginning of a command and in the middle of it. A server answers in
 * place of one service as the documentation of that service says; the others are those of the local stack.
 */

type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

const said = 'The security token included in the request is expired';
const query = (code: string, status = 403): Reply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${said}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});
const s3 = (code: string, status = 400): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>The provided token has expired.</Message><Token-0>secret-token</Token-0><RequestId>1</RequestId></Error>`,
});
const json = (code: string, status = 400): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: code, message: said }),
});

const outputs = {
  ...{ Address: 'https://img.example.com', SourcesBucket: localBuckets.sources },
  ...{ DerivativesBucket: localBuckets.derivatives, ConfigBucket: localBuckets.config },
  DistributionId: 'SIGNETLOCAL',
};
const member = ([key, value]: readonly [string, string]): string =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
const known: Readonly<Record<string, string>> = {
  DescribeStacks: `<Stacks><member><StackName>prod</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2030-01-01T00:00:00Z</CreationTime><Outputs>${Object.entries(outputs).map(member).join('')}</Outputs></member></Stacks>`,
  GetTemplateSummary: `<Metadata>${JSON.stringify({ Signet: { policyFields: policyFields() } })}</Metadata>`,
  GetCallerIdentity: '<Arn>arn:aws:iam::123456789012:user/ann</Arn>',
};

/** What CloudFormation and STS answer to valid credentials. */
function answerKnown(action: string): Reply {
  const result = `<${action}Result>${known[action] ?? ''}</${action}Result>`;
  return { status: 200, body: `<${action}Response>${result}</${action}Response>` };
}

/** Answers the actions of the query services, or everything with one reply. */
function startServer(reply: () => Reply | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const action = new URLSearchParams(text).get('Action') ?? '';
      const { status, headers, body } = reply() ?? answerKnown(action);
      response.writeHead(status, headers).end(body);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const addressOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let stack: CommandStack;
let valid: Server;
let refusing: Server;
let reply: Reply = query('ExpiredToken');
let normal: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  stack = await startCommandStack();
  valid = await startServer(() => undefined);
  refusing = await startServer(() => reply);
  const { s3: s3Port, secretsManager, cloudFront } = stack.instance.ports;
  normal = {
    AWS_ENDPOINT_URL: addressOf(refusing),
    AWS_ENDPOINT_URL_CLOUDFORMATION: addressOf(valid),
    AWS_ENDPOINT_URL_STS: addressOf(valid),
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3Port}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${secretsManager}`,
    AWS_ENDPOINT_URL_CLOUDFRONT: `http://127.0.0.1:${cloudFront}`,
    AWS_ACCESS_KEY_ID: 'signet',
    AWS_SECRET_ACCESS_KEY: 'signet-local',
  };
  Object.assign(process.env, normal);
});

afterEach(() => {
  Object.assign(process.env, normal);
});

afterAll(async () => {
  for (const name of Object.keys(normal)) delete process.env[name];
  valid.close();
  refusing.close();
  await stack.stop();
});

const advice =
  'log in again, for example with aws sso login, or set new ones, then repeat the command\n';

/** Runs a command while one service refuses. */
async function runRefused(service: string, with_: Reply, ...args: readonly string[]) {
  reply = with_;
  process.env[`AWS_ENDPOINT_URL_${service}`] = addressOf(refusing);
  return stack.run(...args, '--target', 'aws:prod');
}

const publish = async () => {
  const policy = { tenant: 'late', operations: { resize: { w: [160] } } };
  return ['policy', 'publish', await stack.written(JSON.stringify(policy))] as const;
};

describe('expired credentials', () => {
  it.each<readonly [string, Reply, string]>([
    ['CLOUDFORMATION', query('ExpiredToken'), 'ExpiredToken 403'],
    ['CLOUDFORMATION', query('ExpiredTokenException'), 'ExpiredTokenException 403'],
    ['CLOUDFORMATION', query('RequestExpired', 400), 'RequestExpired 400'],
    ['S3', s3('ExpiredToken'), 'ExpiredToken 400'],
    ['S3', s3('ExpiredToken', 403), 'ExpiredToken 403'],
    ['S3', s3('TokenRefreshRequired'), 'TokenRefreshRequired 400'],
  ])(
    'are one sentence that says what to do, and exit code 3: %s, %#',
    async (service, one, code) => {
      const ended = await runRefused(service, one, 'tenant', 'list');
      expect([ended.code, ended.stdout]).toEqual([3, '']);
      expect(ended.stderr).toMatch(/^signet: the AWS credentials have expired \([^\n]+\n$/);
      expect(ended.stderr).toContain(`failed: ${code}); ${advice}`);
      expect(ended.stderr).not.toContain('secret-token');
    },
  );

  it.each<readonly [string, Reply]>([
    ['SECRETS_MANAGER', json('ExpiredTokenException')],
    ['STS', query('ExpiredToken')],
    ['S3', s3('ExpiredToken')],
  ])('publish nothing if %s refuses them in the middle of a command', async (service, one) => {
    const ended = await runRefused(service, one, ...(await publish()));
    expect([ended.code, ended.stderr]).toEqual([
      3,
      expect.stringMatching(/^signet: the AWS credentials have expired /m),
    ]);
    Object.assign(process.env, normal);
    expect((await stack.run('tenant', 'show', 'late', '--target', 'aws:prod')).code).toBe(1);
  });

  it('are the only thing that doctor says, and not one finding for each check', async () => {
    const ended = await runRefused('SECRETS_MANAGER', json('ExpiredTokenException'), 'doctor');
    expect([ended.code, ended.stderr.split('\n').length]).toEqual([3, 2]);
    expect(ended.stderr).toMatch(/^signet: the AWS credentials have expired .*; log in again, /);
  });

  it('are named by logs retention once, and not for each Region', async () => {
    const ended = await runRefused(
      'CLOUDWATCH_LOGS',
      json('ExpiredTokenException'),
      'logs',
      'retention',
    );
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr.match(/have expired/g)).toHaveLength(1);
  });

  it('say in which step of a purge they were refused', async () => {
    const purge = ['purge', 'demo', 'alpine-lake.jpg'] as const;
    const ended = await runRefused('CLOUDFRONT', query('ExpiredToken'), ...purge);
    expect([ended.code, ended.stderr]).toEqual([
      3,
      expect.stringMatching(
        /the AWS credentials have expired \(CloudFront invalidation failed: ExpiredToken 403\); log in again, /,
      ),
    ]);
  });

  it('are the same with --json', async () => {
    const ended = await runRefused('S3', s3('ExpiredToken'), 'tenant', 'list', '--json');
    expect([ended.code, JSON.parse(ended.stderr)]).toEqual([
      3,
      { error: 'unreachable', message: expect.stringContaining('have expired') },
    ]);
  });

  it.each(['InvalidClientTokenId', 'SignatureDoesNotMatch'])(
    'are told from ones that AWS does not know: %s',
    async (code) => {
      const ended = await runRefused('CLOUDFORMATION', query(code), 'tenant', 'list');
      expect([ended.code, ended.stderr]).toEqual([
        3,
        `signet: AWS does not take the credentials (CloudFormation's description of prod failed: ${code} 403); check AWS_PROFILE, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN\n`,
      ]);
    },
  );
});

it('a session of aws sso login that has expired is one sentence, too', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'signet-home-'));
  const start = 'https://example.awsapps.com/start';
  const cache = path.join(home, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const token = { accessToken: 'x', expiresAt: '2020-01-01T00:00:00Z' };
  const file = `${createHash('sha1').update(start).digest('hex')}.json`;
  writeFileSync(path.join(cache, file), JSON.stringify(token));
  const settings = ['sso_region = us-east-1', 'sso_account_id = 123456789012', 'sso_role_name = o'];
  const profile = ['[profile work]', `sso_start_url = ${start}`, ...settings].join('\n');
  writeFileSync(path.join(home, '.aws', 'config'), profile);
  const before = process.env['HOME'];
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  Object.assign(process.env, {
    HOME: home,
    AWS_PROFILE: 'work',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  try {
    const { code, stderr } = await stack.run('tenant', 'list', '--target', 'aws:prod');
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^signet: the AWS credentials have expired .*aws sso login.*\n$/),
    ]);
  } finally {
    for (const name of ['AWS_PROFILE', 'AWS_EC2_METADATA_DISABLED']) delete process.env[name];
    process.env['HOME'] = before;
    rmSync(home, { recursive: true, force: true });
  }
});
