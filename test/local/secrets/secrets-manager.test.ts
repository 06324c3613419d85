import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSecretsManager } from '../../../local/secrets/server.ts';
import { failure, type Running, startEmbedded } from './embedded-secrets.ts';

let embedded: Running;
beforeEach(async () => {
  embedded = await startEmbedded();
});
afterEach(() => embedded.discard());

const SecretId = 'signet/roots';
const token = (digit: number): string => String(digit).repeat(32);
const create = (SecretString: string, digit = 1) =>
  embedded.client.send(
    new CreateSecretCommand({ Name: SecretId, SecretString, ClientRequestToken: token(digit) }),
  );
const put = (SecretString: string, digit: number, VersionStages?: string[]) =>
  embedded.client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ClientRequestToken: token(digit),
      VersionStages,
    }),
  );
const value = async (input: { VersionId?: string; VersionStage?: string } = {}) =>
  (await embedded.client.send(new GetSecretValueCommand({ SecretId, ...input }))).SecretString;
const stages = async () =>
  (await embedded.client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;

describe('a secret', () => {
  it('is found by name, by ARN and by its ARN without the random suffix', async () => {
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    const { ARN = '', VersionId } = await create('roots');
    const after = Date.now();
    expect(ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:000000000000:secret:signet\/roots-[A-Za-z0-9]{6}$/,
    );
    for (const id of [SecretId, ARN, ARN.slice(0, -7)]) {
      const got = await embedded.client.send(new GetSecretValueCommand({ SecretId: id }));
      expect(got).toMatchObject({
        ARN,
        Name: SecretId,
        VersionId,
        SecretString: 'roots',
        VersionStages: ['AWSCURRENT'],
      });
      expect(got.CreatedDate?.getTime()).toBeGreaterThanOrEqual(before);
      expect(got.CreatedDate?.getTime()).toBeLessThanOrEqual(after);
    }
  });

  it('may be binary', async () => {
    const SecretBinary = Uint8Array.from([0, 255, 128]);
    await embedded.client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary }));
    const got = await embedded.client.send(new GetSecretValueCommand({ SecretId: 'bytes' }));
    expect(got.SecretBinary).toEqual(SecretBinary);
    expect(got.SecretString).toBeUndefined();
  });

  it('may be created without a value', async () => {
    await embedded.client.send(new CreateSecretCommand({ Name: SecretId, Description: 'later' }));
    expect(await failure(value())).toBe('ResourceNotFoundException');
    await put('first', 1, ['AWSPENDING']);
    expect(await value()).toBe('first');
  });

  it('is created once, and its token makes that idempotent', async () => {
    const first = await create('roots', 1);
    expect((await create('roots', 1)).ARN).toBe(first.ARN);
    expect(await failure(create('other', 1))).toBe('ResourceExistsException');
    expect(await failure(create('roots', 2))).toBe('ResourceExistsException');
  });

  it('is created by exactly one of 20 concurrent calls', async () => {
    const racers = Array.from({ length: 20 }, (_, racer) => failure(create(`by ${racer}`, 1)));
    const results = await Promise.all(racers);
    expect(results.filter((result) => result === 'none')).toHaveLength(1);
  });

  it('survives a restart, in files that only the owner can read', async () => {
    await create('one', 1);
    await put('two', 2);
    const { folder } = embedded;
    await embedded.stop();
    await writeFile(join(folder, 'left.tmp'), 'half');
    embedded = await startEmbedded(folder);
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['two', 'one']);
    const files = await readdir(folder);
    expect(files).toHaveLength(1);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, files[0] ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('that is damaged on disk stops the start, and the message does not quote it', async () => {
    const { folder } = embedded;
    await create('very secret text');
    const [file = ''] = await readdir(folder);
    await writeFile(join(folder, file), '{"very secret text');
    const again = startSecretsManager({ folder, host: '127.0.0.1', port: 0, identities: [] });
    await expect(again).rejects.toThrow(/^The secret in .* is damaged; restore it from a copy/);
  });

  it('may have at most 64 KB', async () => {
    await create('x'.repeat(65_536));
    expect((await value())?.length).toBe(65_536);
    expect(await failure(put('x'.repeat(65_537), 2))).toBe('ValidationException');
    expect(await failure(put('é'.repeat(32_769), 3))).toBe('ValidationException');
  });
});

describe('a new value', () => {
  beforeEach(() => create('one', 1));

  it('becomes current, and the earlier one previous', async () => {
    await put('two', 2);
    await put('three', 3);
    expect(await value()).toBe('three');
    expect(await value({ VersionStage: 'AWSPREVIOUS' })).toBe('two');
    expect(await value({ VersionId: token(1) })).toBe('one');
    expect(await stages()).toEqual({ [token(2)]: ['AWSPREVIOUS'], [token(3)]: ['AWSCURRENT'] });
  });

  it('repeated with its token changes nothing; another value with the token is refused', async () => {
    await put('two', 2);
    await put('three', 3);
    await put('two', 2);
    expect(await value()).toBe('three');
    expect(await failure(put('other', 2))).toBe('ResourceExistsException');
  });

  it('may be pending first, become current later, and be rolled back', async () => {
    await put('two', 2, ['AWSPENDING']);
    expect(await value()).toBe('one');
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
    const move = (from: number, to: number) =>
      embedded.client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          RemoveFromVersionId: token(from),
          MoveToVersionId: token(to),
        }),
      );
    await move(1, 2);
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['two', 'one']);
    await move(2, 1);
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['one', 'two']);
  });

  const moves: readonly [string, object, string][] = [
    ['from nowhere to nowhere', {}, 'InvalidParameterException'],
    ['away from the secret', { RemoveFromVersionId: token(1) }, 'InvalidParameterException'],
    ['without saying from where', { MoveToVersionId: token(2) }, 'InvalidParameterException'],
    [
      'from where it is not',
      { RemoveFromVersionId: token(2), MoveToVersionId: token(2) },
      'InvalidParameterException',
    ],
    [
      'to what does not exist',
      { RemoveFromVersionId: token(1), MoveToVersionId: token(9) },
      'ResourceNotFoundException',
    ],
  ];
  it.each(moves)('does not allow moving AWSCURRENT %s', async (_, input, name) => {
    await put('two', 2, ['AWSPENDING']);
    const move = new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: 'AWSCURRENT',
      ...input,
    });
    expect(await failure(embedded.client.send(move))).toBe(name);
    expect(await value()).toBe('one');
  });

  it('is not found with an unknown version or label, or one of another version', async () => {
    expect(await failure(value({ VersionId: token(9) }))).toBe('ResourceNotFoundException');
    expect(await failure(value({ VersionStage: 'NONE' }))).toBe('ResourceNotFoundException');
    const crossed = value({ VersionId: token(1), VersionStage: 'AWSPREVIOUS' });
    expect(await failure(crossed)).toBe('InvalidRequestException');
  });

  it('removes unlabelled versions only beyond a hundred', async () => {
    const id = (number: number): string => String(number).padStart(32, '0');
    for (let number = 0; number < 104; number += 1) {
      const input = { SecretId, SecretString: `v${number}`, ClientRequestToken: id(number) };
      await embedded.client.send(new PutSecretValueCommand(input));
    }
    expect(await failure(value({ VersionId: token(1) }))).toBe('ResourceNotFoundException');
    expect(await value({ VersionId: id(50) })).toBe('v50');
    expect(await value()).toBe('v103');
  });
});
