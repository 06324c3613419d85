import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsReader } from '../../../shared/adapters/secrets-reader.ts';
import {
  operator,
  type Running,
  startEmbedded,
  viewer,
} from '../../local/secrets/embedded-secrets.ts';
import { jsonError, type Reply, reply, startScripted } from './scripted-server.ts';

const patience = { tryMilliseconds: 60_000, deadline: () => Number.POSITIVE_INFINITY };

describe('a reader of Secrets Manager', () => {
  let secrets: Running;
  beforeAll(async () => {
    secrets = await startEmbedded();
    const empty = { Name: 'signet/roots', SecretString: 'first' };
    await secrets.client.send(new CreateSecretCommand(empty));
  });
  afterAll(() => secrets.discard());

  const readerOf = ({ accessKeyId, secretAccessKey } = viewer, clock = Date.now) =>
    secretsReader(
      {
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${secrets.port}`,
        credentials: { accessKeyId, secretAccessKey },
      },
      patience,
      clock,
    );
  const put = (text: string) =>
    secrets.client.send(
      new PutSecretValueCommand({ SecretId: 'signet/roots', SecretString: text }),
    );

  it('reads what the SDK stored', async () => {
    const got = readerOf();
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(text, async (secret) => {
        await put(secret);
        expect(await got.read('signet/roots')).toBe(secret);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    { what: 'plain', character: 'a' },
    { what: 'escaped with six characters', character: '\u0001' },
  ])('reads the longest secret, $what', async ({ character }) => {
    const longest = character.repeat(65_536);
    await put(longest);
    expect(await readerOf().read('signet/roots')).toBe(longest);
  });

  it('a secret that does not exist is undefined', async () => {
    expect(await readerOf(operator).read('signet/nothing')).toBeUndefined();
  });

  it.each([
    { who: 'a role that may not read it', identity: viewer, code: 'AccessDeniedException' },
    {
      who: 'a wrong secret key',
      identity: { ...operator, secretAccessKey: 'canary-secret' },
      code: 'InvalidSignatureException',
    },
    {
      who: 'an unknown access key',
      identity: { ...operator, accessKeyId: 'stranger' },
      code: 'UnrecognizedClientException',
    },
  ])('for $who, a failure names $code and nothing else', async ({ identity, code }) => {
    await expect(readerOf(identity).read('signet/render')).rejects.toThrow(
      expect.objectContaining({
        name: 'PortFailure',
        message: `Secrets Manager read of signet/render failed: ${code} 400`,
      }),
    );
  });

  it.each([20, -20])('a clock that is %i minutes off is corrected', async (minutes) => {
    await put('text');
    const got = readerOf(viewer, () => Date.now() + minutes * 60_000);
    expect(await got.read('signet/roots')).toBe('text');
  });
});

describe('an answer of Secrets Manager', () => {
  let server: Awaited<ReturnType<typeof startScripted>>;
  beforeAll(async () => {
    server = await startScripted();
  });
  afterAll(() => server.stop());
  const read = () => secretsReader(server.access, patience, Date.now).read('signet/roots');
  const well = reply(200, '{"SecretString":"text"}');

  it('is asked for with a signed POST in JSON 1.1', async () => {
    server.play(well);
    expect(await read()).toBe('text');
    const [{ method, url, headers, body } = { headers: {} }] = server.seen;
    expect([method, url, body]).toEqual(['POST', '/', '{"SecretId":"signet/roots"}']);
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringContaining('/eu-west-1/secretsmanager/aws4_request'),
    });
  });

  it.each([
    { form: 'bare', answer: jsonError(400, 'DecryptionFailure') },
    { form: 'with a namespace', answer: jsonError(400, 'com.amazonaws#DecryptionFailure') },
    {
      form: 'in a header',
      answer: reply(400, '', { 'x-amzn-errortype': 'DecryptionFailure:http://internal.example/' }),
    },
  ])('names its error $form', async ({ answer }) => {
    server.play(answer);
    await expect(read()).rejects.toThrow(
      /^Secrets Manager read of signet\/roots failed: DecryptionFailure 400$/,
    );
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    { name: 'ThrottlingException', answer: jsonError(400, 'ThrottlingException') },
    { name: 'InternalServiceError', answer: jsonError(500, 'InternalServiceError') },
  ])('$name is tried once more', async ({ answer }) => {
    server.play(answer, well);
    expect(await read()).toBe('text');
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    { what: 'a page', body: '<html>canary</html>' },
    { what: 'a number', body: '7' },
    { what: 'null', body: 'null' },
    { what: 'cut', body: '{"SecretString":"canary' },
    { what: 'too large', body: `{"SecretString":"${'x'.repeat(400_000)}"}` },
  ])('that is $what is a failure', async ({ body }) => {
    server.play(reply(200, body));
    await expect(read()).rejects.toThrow(
      /^Secrets Manager read of signet\/roots failed: the answer is not JSON$/,
    );
  });

  it.each(['{}', '{"SecretBinary":"YQ=="}', '{"SecretString":7}'])(
    '%s has no text',
    async (body) => {
      server.play(reply(200, body));
      expect(await read()).toBeUndefined();
    },
  );

  const hostile: readonly Reply[] = [
    jsonError(400, 'canary words'),
    jsonError(400, '#'),
    jsonError(400, `A${'a'.repeat(64)}`),
    reply(400, '{"__type":{"a":"canary"}}'),
    reply(400, 'canary'),
  ];
  it.each(hostile.map((answer) => ({ answer })))(
    'with a strange error gives only its status, %#',
    async ({ answer }) => {
      server.play(answer);
      await expect(read()).rejects.toThrow(/^Secrets Manager read of signet\/roots failed: 400$/);
    },
  );

  it('that redirects is not followed', async () => {
    server.play(reply(307, '', { location: '/elsewhere' }));
    await expect(read()).rejects.toThrow(/^Secrets Manager read of signet\/roots failed: 307$/);
    expect(server.seen.map(({ url }) => url)).toEqual(['/']);
  });
});
