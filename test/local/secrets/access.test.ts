import { rm, writeFile } from 'node:fs/promises';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, operator, type Running, startEmbedded, viewer } from './embedded-secrets.ts';

describe('a request', () => {
  const SecretId = 'signet/roots';
  let embedded: Running;
  beforeEach(async () => {
    embedded = await startEmbedded();
    await embedded.client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one' }));
  });
  afterEach(() => embedded.discard());

  it('for an unsupported operation or a missing secret gets the error of AWS', async () => {
    const removal = embedded.client.send(new DeleteSecretCommand({ SecretId }));
    expect(await failure(removal)).toBe('UnknownOperationException');
    const missing = embedded.client.send(new GetSecretValueCommand({ SecretId: 'none' }));
    expect(await failure(missing)).toBe('ResourceNotFoundException');
  });

  it('with a field that would be ignored is refused', async () => {
    const tagged = new CreateSecretCommand({ Name: 'tagged', Tags: [{ Key: 'a', Value: 'b' }] });
    expect(await failure(embedded.client.send(tagged))).toBe('ValidationException');
  });

  it('is authorized in the same way by name and by ARN', async () => {
    const { ARN } = await embedded.client.send(new DescribeSecretCommand({ SecretId }));
    await embedded.client.send(
      new CreateSecretCommand({ Name: 'signet/publisher', SecretString: 'x' }),
    );
    const asViewer = embedded.clientFor(viewer);
    const got = await asViewer.send(new GetSecretValueCommand({ SecretId: ARN }));
    expect(got.SecretString).toBe('one');
    const others = [
      asViewer.send(new GetSecretValueCommand({ SecretId: 'signet/publisher' })),
      asViewer.send(new PutSecretValueCommand({ SecretId, SecretString: 'mine' })),
      asViewer.send(new DescribeSecretCommand({ SecretId })),
      asViewer.send(new ListSecretsCommand({})),
    ];
    for (const other of others) expect(await failure(other)).toBe('AccessDeniedException');
  });

  it.each([
    [
      'an unknown key',
      { ...operator, accessKeyId: 'x' },
      'us-east-1',
      'UnrecognizedClientException',
    ],
    [
      'a wrong secret',
      { ...operator, secretAccessKey: 'x' },
      'us-east-1',
      'InvalidSignatureException',
    ],
    ['another Region', operator, 'eu-west-1', 'InvalidSignatureException'],
  ])('with %s is refused', async (_, identity, region, name) => {
    const other = embedded.clientFor(identity, region);
    expect(await failure(other.send(new GetSecretValueCommand({ SecretId })))).toBe(name);
  });

  const type = { 'content-type': 'application/x-amz-json-1.1' };
  it.each([
    ['nothing', {}, 'MissingAuthenticationTokenException'],
    ['a body too large', { body: 'x'.repeat(600_000) }, 'ValidationException'],
    [
      'an invalid credential',
      { headers: { ...type, authorization: 'x' } },
      'IncompleteSignatureException',
    ],
  ])('with %s gets an error in JSON', async (_, init, name) => {
    const url = `http://127.0.0.1:${embedded.port}/`;
    const reply = await fetch(url, { method: 'POST', headers: type, ...init });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('x-amzn-requestid')).toBeTruthy();
    expect(await reply.json()).toMatchObject({ __type: name });
  });

  it('lists the secrets page by page', async () => {
    for (const Name of ['b', 'c']) await embedded.client.send(new CreateSecretCommand({ Name }));
    const first = await embedded.client.send(new ListSecretsCommand({ MaxResults: 2 }));
    const second = await embedded.client.send(
      new ListSecretsCommand({ NextToken: first.NextToken }),
    );
    const names = [first, second].map((page) => page.SecretList?.map(({ Name }) => Name));
    expect(names).toEqual([[SecretId, 'b'], ['c']]);
    expect(second.NextToken).toBeUndefined();
  });

  it('that cannot be written to disk is an internal error and changes nothing', async () => {
    await rm(embedded.folder, { recursive: true });
    await writeFile(embedded.folder, 'a file where the folder was');
    const put = new PutSecretValueCommand({ SecretId, SecretString: 'two' });
    expect(await failure(embedded.client.send(put))).toBe('InternalServiceError');
    const got = await embedded.client.send(new GetSecretValueCommand({ SecretId }));
    expect(got.SecretString).toBe('one');
  });
});
