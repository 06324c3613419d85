import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { type Right, rights } from '../../shared/deployment/rights.ts';
import { publicHalf, readPublisher } from '../../shared/keys/publisher.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { command } from '../cli/in-process.ts';
import { at, ofType } from '../infra/synth.ts';
import { checks } from './checks.ts';
import { doctorFindings, withLambdaSettings } from './doctor-checks.ts';
import { motoAccount } from './moto.ts';
import { type World, writeFile } from './world.ts';

/*
 * The managed policies of the stack, attached to users of moto's IAM, which then refuses what no policy allows. It
 * compares the resources of S3 only and knows no conditions; of other services it compares actions.
 */

type Statement = { readonly Action: unknown; readonly Resource: unknown };
const listOf = (value: unknown): readonly unknown[] => [value].flat();

/**
 * A statement as moto understands it. Of other services than S3 it names no resource, and for a deletion of many objects
 * it names the bucket.
 */
function readableByMoto({ Action, Resource }: Statement) {
  const actions = listOf(Action).map(String);
  if (!actions.every((action) => action.startsWith('s3:')))
    return { Effect: 'Allow', Action, Resource: '*' };
  const buckets = actions.includes('s3:DeleteObject')
    ? listOf(Resource).map((arn) => String(arn).replace(/\/.*/, ''))
    : [];
  return { Effect: 'Allow', Action, Resource: [...listOf(Resource), ...buckets] };
}

/** moto has an IAM without a client here, so its query API is called. */
async function callIam(world: World, action: string, more: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...more });
  const authorization =
    'AWS4-HMAC-SHA256 Credential=signet/20300101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(world.moto.address, {
    method: 'POST',
    headers: { authorization },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${text}`);
  return (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
}

let users = 0;

/** Puts the output into the stack that CloudFormation takes from the answer of the custom resource. */
async function addPublisherKeys({ clients, template }: World): Promise<void> {
  const { SecretString = '' } = await clients.secrets.send(
    new GetSecretValueCommand({ SecretId: secretIds.publisher }),
  );
  const keys = [publicHalf(readPublisher(SecretString))];
  const Outputs = { ...template.Outputs, PublisherKeys: { Value: JSON.stringify(keys) } };
  const Metadata = JSON.stringify(template.Metadata);
  const TemplateBody = JSON.stringify({ ...template, Metadata, Outputs });
  await clients.cloudFormation.send(new UpdateStackCommand({ StackName: 'signet', TemplateBody }));
}

/** Makes a user with a managed policy of the stack. Returns the variables with the user's key. */
async function makeUser(world: World, right: Right) {
  const [, policy] =
    ofType(world.synthesised, 'AWS::IAM::ManagedPolicy').find(([, { Properties }]) =>
      String(Properties['ManagedPolicyName']).endsWith(`-${right}`),
    ) ?? [];
  const statements = at(policy?.Properties, 'PolicyDocument', 'Statement') as readonly Statement[];
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(readableByMoto),
  });
  const UserName = `${right}-${++users}`;
  await callIam(world, 'CreateUser', { UserName });
  await callIam(world, 'PutUserPolicy', { UserName, PolicyName: right, PolicyDocument });
  const read = await callIam(world, 'CreateAccessKey', { UserName });
  return {
    AWS_ACCESS_KEY_ID: read('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: read('SecretAccessKey'),
  };
}

/** moto checks signatures and policies after so many more requests. */
const authorizeAfter = (world: World, requests: string) =>
  fetch(`${world.moto.address}/moto-api/reset-auth`, { method: 'POST', body: requests });

/**
 * Stands before moto, which answers a denial in XML whatever the service speaks. Services that speak JSON answer 400.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
 */
async function startDenialTranslator({ moto }: World) {
  const denial = JSON.stringify({ __type: 'AccessDeniedException', Message: 'denied' });
  const server = http.createServer((request, response) => {
    const { method, url, headers } = request;
    const options = { port: moto.port, method, path: url, headers };
    const forwarded = http.request(options, (answer) => {
      const isDenied = answer.statusCode === 403 && headers['x-amz-target'] !== undefined;
      if (!isDenied) {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        return;
      }
      answer.resume();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(denial);
    });
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, close: () => server.close() };
}

/** Does something as a user, while moto enforces policies. */
async function actAs(world: World, right: Right, work: () => Promise<void>): Promise<void> {
  const translator = await startDenialTranslator(world);
  const variables = {
    ...(await makeUser(world, right)),
    AWS_ENDPOINT_URL: translator.address,
    AWS_ENDPOINT_URL_S3: translator.address,
  };
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  await authorizeAfter(world, '0');
  try {
    await work();
  } finally {
    await authorizeAfter(world, 'inf');
    Object.assign(process.env, Object.fromEntries(before));
    translator.close();
  }
}

async function run(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...args, '--target', 'aws:signet'], {});
  return code === 0 ? 'done' : `${code}: ${stderr || stdout}`;
}

const expectDone = async (...args: readonly string[]): Promise<void> =>
  expect([args.join(' '), await run(...args)]).toEqual([args.join(' '), 'done']);

/** The command fails with 1, and names the permission. */
async function expectDenied(permission: string, ...args: readonly string[]): Promise<void> {
  const outcome = await run(...args);
  expect([args.join(' '), outcome]).toEqual([
    args.join(' '),
    expect.stringMatching(new RegExp(`^1: .*; add the permission ${permission}`)),
  ]);
}

const mintWords = ['mint', 'acme', 'dog.jpg', 'resize,w_64', 'format,f_png'] as const;

/** Declares the checks of the managed policies. */
export function checkRights(world: () => World): void {
  const publish = () => {
    const operations = { resize: { w: [64, 128, 256] }, format: { f: ['png', 'webp'] } };
    const policy = { tenant: 'acme', operations };
    const file = writeFile(world(), 'rights.json', JSON.stringify(policy));
    return ['policy', 'publish', file] as const;
  };
  const put = () => ['put', 'acme', 'dog.jpg', `${world().folder}/dog.jpg`] as const;

  checks('commands', 'as an auditor', 'can verify policies and nothing else', async () => {
    await addPublisherKeys(world());
    await actAs(world(), 'auditor', async () => {
      await expectDone('policy', 'audit', 'acme');
      await expectDone('policy', 'history', 'acme');
      await expectDone('tenant', 'show', 'acme');
      await expectDone('policy', 'diff', publish()[2]);
      await expectDenied('secretsmanager:GetSecretValue', ...mintWords);
      await expectDenied('secretsmanager:GetSecretValue', ...publish());
      await expectDenied('s3:PutObject', ...put());
    });
  });

  checks('commands', 'as a minter', 'can mint and grant, and writes nothing', async () => {
    await actAs(world(), 'minter', async () => {
      await expectDone(...mintWords);
      await expectDone('policy', 'history', 'acme');
      await expectDenied('s3:PutObject', ...publish());
      await expectDenied('s3:PutObject', ...put());
      await expectDenied('secretsmanager:PutSecretValue', 'keys', 'rotate');
    });
  });

  checks('commands', 'as an uploader', 'can put and list, and reads no secret', async () => {
    await actAs(world(), 'uploader', async () => {
      await expectDone(...put());
      await expectDone('ls', 'acme');
      await expectDenied('s3:DeleteObject', 'rm', 'acme', '*', '--yes');
      await expectDenied('secretsmanager:GetSecretValue', ...mintWords);
      await expectDenied('secretsmanager:GetSecretValue', ...publish());
    });
  });

  checks('commands', 'as an operator', 'can do everything; history has the identity', async () => {
    await actAs(world(), 'operator', async () => {
      await expectDone(...publish());
      await expectDone(...put());
      await expectDone(...mintWords);
      await expectDone('block', 'acme', 'x.jpg', '--reason', 'court');
      await expectDone('unblock', 'acme', 'x.jpg', '--reason', 'lifted');
      await expectDone('keys', 'rotate', 'acme');
      await expectDone('keys', 'rotate');
      await expectDone('purge', 'acme', 'dog.jpg');
      await expectDone('rm', 'acme', 'dog.jpg', '--yes');
      await expectDone('purge', 'acme', '--engine-before', '1', '--yes');
      await expectDone('tenant', 'create', 'brief');
      await expectDone('tenant', 'delete', 'brief', '--yes');
      const { stdout } = await command(
        ['policy', 'history', 'acme', '--json', '--target', 'aws:signet'],
        {},
      );
      const [newest] = JSON.parse(stdout) as readonly object[];
      expect(newest).toMatchObject({
        by: expect.stringMatching(`^arn:aws:iam::${motoAccount}:user/operator-[0-9]+$`),
        identity: 'aws',
      });
    });
  });

  checks('commands', 'doctor as an operator', 'misses no permission', async () => {
    await actAs(world(), 'operator', () =>
      withLambdaSettings(
        () => 1_000,
        async () => {
          const findings = [...(await doctorFindings()).values()];
          expect(findings.filter(({ found }) => found.includes('add the permission'))).toEqual([]);
          expect(findings.length).toBeGreaterThan(12);
        },
      ),
    );
  });

  checks('commands', 'doctor as an auditor', 'names each permission that it misses', async () => {
    await actAs(world(), 'auditor', () =>
      withLambdaSettings(
        () => 1_000,
        async () => {
          const findings = await doctorFindings();
          const missing = [...findings.values()].flatMap(
            ({ todo = '' }) => /^add the permission (\S+)/.exec(todo)?.[1] ?? [],
          );
          expect([...new Set(missing)].toSorted()).toEqual([
            // moto's CloudFront asks no policy.
            ...['cloudformation:ListStackResources', 's3:GetBucketVersioning'],
            ...['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          ]);
          expect(findings.get('trail acme')?.ok).toBe(true);
        },
      ),
    );
  });

  checks('commands', 'the rights', 'have all been tried', async () => {
    expect(Object.keys(rights)).toEqual(['operator', 'uploader', 'minter', 'auditor']);
  });
}
