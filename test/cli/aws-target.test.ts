import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localBuckets } from '../../shared/deployment/local-endpoints.ts';
import { policyFields } from '../../shared/policy/fields.ts';
import { type CommandStack, startCommandStack } from './stack.ts';

/*
 * A deployed stack as commands see it: CloudFormation names its parts. Here a server answers as
 * CloudFormation does. The parts are those of the local stack, reached with the variables of the SDK.
 */

const outputs: Readonly<Record<string, string>> = {
  Address: 'https://img.example.com',
  SourcesBucket: localBuckets.sources,
  DerivativesBucket: localBuckets.derivatives,
  ConfigBucket: localBuckets.config,
  DistributionId: 'SIGNETLOCAL',
};

const describeStacks = (
  named: Readonly<Record<string, string>>,
  status = 'CREATE_COMPLETE',
): string =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>s</StackName><StackStatus>${status}</StackStatus><CreationTime>2030-01-01T00:00:00Z</CreationTime><Outputs>${Object.entries(
    named,
  )
    .map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const unknown =
  '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id nobody does not exist</Message></Error></ErrorResponse>';

const summary = (metadata: string): string =>
  `<GetTemplateSummaryResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><GetTemplateSummaryResult>${metadata}</GetTemplateSummaryResult></GetTemplateSummaryResponse>`;

const announcing = (fields: readonly string[]): string =>
  summary(`<Metadata>${JSON.stringify({ Signet: { policyFields: fields }, other: 1 })}</Metadata>`);

const role = 'arn:aws:sts::123456789012:assumed-role/Operators/ann@example.com';
const callerIdentity = (arn: string): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A:x</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
/** What STS answers. */
let identity: readonly [status: number, xml: string] = [200, callerIdentity(role)];
let identityCalls = 0;

const { DistributionId: _left, ...foreign } = outputs;
type Answers = Readonly<Record<string, readonly [status: number, xml: string]>>;
const answers: Readonly<Record<string, Answers>> = {
  DescribeStacks: {
    prod: [200, describeStacks(outputs)],
    older: [200, describeStacks(outputs)],
    silent: [200, describeStacks(outputs)],
    begun: [200, describeStacks({}, 'CREATE_IN_PROGRESS')],
    undone: [200, describeStacks({}, 'ROLLBACK_IN_PROGRESS')],
    prepared: [200, describeStacks({}, 'REVIEW_IN_PROGRESS')],
    leaving: [200, describeStacks({}, 'DELETE_IN_PROGRESS')],
    failed: [200, describeStacks({}, 'ROLLBACK_COMPLETE')],
    changing: [200, describeStacks(outputs, 'UPDATE_IN_PROGRESS')],
    stuck: [200, describeStacks(outputs, 'UPDATE_ROLLBACK_FAILED')],
    cleaning: [200, describeStacks(outputs, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')],
    refusing: [200, describeStacks(outputs)],
    foreign: [200, describeStacks(foreign)],
    nobody: [400, unknown],
  },
  GetTemplateSummary: {
    prod: [200, announcing(policyFields())],
    older: [200, announcing(policyFields().filter((field) => field !== 'snap'))],
    silent: [200, summary('')],
    changing: [200, announcing(policyFields())],
    stuck: [200, announcing(policyFields())],
    cleaning: [200, announcing(policyFields())],
    refusing: [
      403,
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>arn:aws:iam::1:user/x may not</Message></Error></ErrorResponse>',
    ],
  },
};

let stack: CommandStack;
let cloudFormation: Server;
const variables: Record<string, string> = {};

beforeAll(async () => {
  stack = await startCommandStack();
  cloudFormation = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const asked = new URLSearchParams(body);
      const known = answers[asked.get('Action') ?? ''];
      const isIdentity = asked.get('Action') === 'GetCallerIdentity';
      if (isIdentity) identityCalls += 1;
      const [status, xml] = isIdentity
        ? identity
        : (known?.[asked.get('StackName') ?? ''] ?? [500, '']);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    });
  });
  await new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve));
  const { port } = cloudFormation.address() as AddressInfo;
  const { s3, secretsManager } = stack.instance.ports;
  Object.assign(variables, {
    AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${port}`,
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${secretsManager}`,
    AWS_ACCESS_KEY_ID: 'signet',
    AWS_SECRET_ACCESS_KEY: 'signet-local',
  });
  Object.assign(process.env, variables);
});

afterAll(async () => {
  for (const name of Object.keys(variables)) delete process.env[name];
  cloudFormation.close();
  await stack.stop();
});

describe('--target aws:STACK', () => {
  it('uses the stack outputs and the default AWS credentials', async () => {
    expect(await stack.json('tenant', 'list', '--target', 'aws:prod')).toMatchObject([
      { tenant: 'demo' },
    ]);
    const { url } = await stack.json<{ url: string }>(
      ...['mint', 'demo', 'alpine-lake.jpg', 'resize,w_640', '--target', 'aws:prod'],
    );
    expect(url).toMatch(/^https:\/\/img\.example\.com\/demo\/alpine-lake\.jpg__op__resize,w_640\?/);
    const rotated = await stack.json('keys', 'rotate', 'demo', '--target', 'aws:prod');
    expect(rotated).toMatchObject({ tenant: 'demo', active: 'r1.2' });
    expect(await stack.json('policy', 'audit', 'demo')).toMatchObject({
      verified: true,
      versions: 2,
    });
  });

  it.each([
    ['aws:nobody', 1, 'signet: there is no stack nobody in us-east-1 of this account\n'],
    [
      'aws:foreign',
      1,
      'signet: stack foreign has no output DistributionId, so it is not a Signet stack\n',
    ],
    [
      'aws:begun',
      1,
      'signet: stack begun is in CREATE_IN_PROGRESS and has no output Address yet; wait until its deployment ends\n',
    ],
    [
      'aws:failed',
      1,
      'signet: stack failed is in ROLLBACK_COMPLETE and has no output Address yet; its first deployment failed; delete it and deploy again, as docs/deploying.md says under "If the first deployment fails"\n',
    ],
    [
      'aws:undone',
      1,
      'signet: stack undone is in ROLLBACK_IN_PROGRESS and has no output Address yet; its first deployment failed; wait until it is rolled back, then delete it and deploy again, as docs/deploying.md says under "If the first deployment fails"\n',
    ],
    [
      'aws:prepared',
      1,
      'signet: stack prepared is in REVIEW_IN_PROGRESS and has no output Address yet; its first deployment was prepared and not executed; execute the change set, or deploy again\n',
    ],
    [
      'aws:leaving',
      1,
      'signet: stack leaving is in DELETE_IN_PROGRESS and has no output Address yet; it is being deleted, or its deletion failed; read its events\n',
    ],
    ['aws:', 2, 'signet: --target is "aws:"; write local or aws:STACK\n'],
    ['aws:a_b', 2, 'signet: --target is "aws:a_b"; write local or aws:STACK\n'],
    ['azure', 2, 'signet: --target is "azure"; write local or aws:STACK\n'],
  ])('%s ends with %i', async (target, code, said) => {
    const ended = await stack.run('tenant', 'list', '--target', target);
    expect([ended.code, ended.stderr]).toEqual([code, said]);
  });

  it('fails with instructions if there are no credentials', async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...others } = variables;
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, others, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
    });
    const { code, stderr } = await stack.run('tenant', 'list', '--target', 'aws:prod');
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    expect([code, stderr]).toEqual([
      3,
      'signet: no AWS credentials found; set AWS_PROFILE or AWS_ACCESS_KEY_ID\n',
    ]);
  });
});

describe('a policy for a deployed stack', () => {
  const publish = async (target: string, more: object = {}): Promise<readonly unknown[]> => {
    const file = await stack.written(
      JSON.stringify({
        ...{ tenant: 'far', snap: true },
        operations: { resize: { w: [160] }, ...more },
      }),
    );
    const { code, stderr } = await stack.run('policy', 'publish', file, '--target', target);
    return [code, stderr];
  };

  it.each([
    [
      'aws:older',
      'snap is not known to the functions that are deployed; upgrade them, then publish again',
    ],
    [
      'aws:silent',
      'the template of stack silent does not list the policy fields its functions read; deploy it again, then publish',
    ],
    [
      'aws:refusing',
      "CloudFormation's description of refusing failed: AccessDenied 403; add the permission cloudformation:GetTemplateSummary",
    ],
  ])('is not published if the functions may not know its fields: %s', async (target, said) => {
    expect(await publish(target)).toEqual([1, `signet: ${said}\n`]);
    expect((await stack.run('tenant', 'show', 'far')).code).toBe(1);
  });

  it('is published if the template lists all its fields', async () => {
    expect(await publish('aws:prod')).toEqual([0, '']);
    expect(await stack.json('tenant', 'show', 'far')).toMatchObject({ tenant: 'far' });
  });

  it.each([
    [
      'changing',
      'stack changing is in UPDATE_IN_PROGRESS; publish again when its deployment has ended',
    ],
    [
      'stuck',
      'stack stuck is in UPDATE_ROLLBACK_FAILED; npx signet doctor says how to end its deployment, then publish again',
    ],
  ])(
    'cannot use new fields while older functions may run: %s; takedowns and rotations work',
    async (name, state) => {
      const target = `aws:${name}`;
      expect(await publish(target, { quality: { q: [60] } })).toEqual([
        1,
        `signet: ${['operations.quality', 'operations.quality.q']
          .map((field) => `${field} is new to this tenant, and ${state}`)
          .join('\n')}\n`,
      ]);
      expect(await publish(target, { resize: { w: [160, name.length] } })).toEqual([0, '']);
      const blocked = ['block', 'far', `${name}.png`, '--reason', 'court', '--target', target];
      expect((await stack.run(...blocked)).code).toBe(0);
      expect((await stack.run('keys', 'rotate', 'far', '--target', target)).code).toBe(0);
    },
  );

  it('can use new fields once the distribution runs functions that know them', async () => {
    expect(await publish('aws:cleaning', { quality: { q: [60] } })).toEqual([0, '']);
  });
});

describe('the publisher in the history of a deployed stack', () => {
  type Version = { readonly by: string; readonly identity?: string };
  const target = ['--target', 'aws:prod'] as const;
  const lastAuthor = async (): Promise<Version> => {
    const reason = ['--reason', 'court', ...target];
    await stack.json('block', 'demo', `${randomUUID()}.png`, ...reason);
    const [{ by = '', identity: confirmed } = {}] = await stack.json<readonly Partial<Version>[]>(
      ...['policy', 'history', 'demo', ...target],
    );
    return { by, ...(confirmed === undefined ? {} : { identity: confirmed }) };
  };
  afterEach(() => {
    delete process.env['SIGNET_OPERATOR'];
    identity = [200, callerIdentity(role)];
  });

  it('is the identity that AWS confirms', async () => {
    identityCalls = 0;
    expect(await lastAuthor()).toEqual({ by: role, identity: 'aws' });
    expect(identityCalls).toBe(1);
    const { stdout } = await stack.run('policy', 'history', 'demo', ...target);
    expect(stdout.split('\n')[0]).toContain(`  ${role}  court`);
    expect(stdout).toMatch(/ npm start \(self-declared\)/);
  });

  it('is asked for by no command that publishes nothing', async () => {
    identityCalls = 0;
    await stack.json('policy', 'audit', 'demo', ...target);
    await stack.json('mint', 'demo', 'alpine-lake.jpg', 'resize,w_640', ...target);
    expect(identityCalls).toBe(0);
  });

  it('has the name of SIGNET_OPERATOR beside it, marked as declared', async () => {
    process.env['SIGNET_OPERATOR'] = 'run 42';
    expect(await lastAuthor()).toEqual({
      by: `${role} (self-declared: run 42)`,
      identity: 'aws',
    });
  });

  const declared = { by: expect.stringMatching(/^[^:]+@.+$/) };
  it.each([
    ['does not answer in time', [500, ''], declared],
    ['answers something else', [200, '<Arn>root</Arn>'], declared],
    [
      'escapes the path of a user',
      [200, callerIdentity('arn:aws:iam::123456789012:user/a&amp;b/ann')],
      { by: 'arn:aws:iam::123456789012:user/a&b/ann', identity: 'aws' },
    ],
  ] as const)('is read from what STS answers, if it %s', async (_what, answer, author) => {
    identity = answer;
    expect(await lastAuthor()).toEqual(author);
  });

  it('cannot be an ARN that the publisher declares', async () => {
    process.env['SIGNET_OPERATOR'] = 'arn:aws:iam::123456789012:root';
    const { code, stderr } = await stack.run('block', 'demo', 'b.png', '--reason', 'x');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^signet: SIGNET_OPERATOR begins with arn:, as only an identity does that AWS confirms; write a name, or unset it$/m,
      ),
    ]);
  });

  it('is counted by policy audit', async () => {
    const { stdout } = await stack.run('policy', 'audit', 'demo', ...target);
    expect(stdout).toMatch(
      / by arn:aws:sts::123456789012:assumed-role\/Operators\/ann@example\.com\n/,
    );
    expect(stdout).toMatch(/ by npm start \(self-declared\)/);
  });
});
