import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, type Running, startEmbedded } from './embedded-secrets.ts';

const SecretId = 'signet/roots';
const token = (digit: number): string => String(digit).repeat(32);

let embedded: Running;
beforeEach(async () => {
  embedded = await startEmbedded();
  const first = { Name: SecretId, SecretString: 'one', ClientRequestToken: token(1) };
  await embedded.client.send(new CreateSecretCommand(first));
});
afterEach(() => embedded.discard());

const rotate = (digit: number) =>
  embedded.client.send(new RotateSecretCommand({ SecretId, ClientRequestToken: token(digit) }));
const put = (SecretString: string, digit: number, stage = 'AWSPENDING') =>
  embedded.client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ClientRequestToken: token(digit),
      VersionStages: [stage],
    }),
  );
const value = async (which: { VersionId?: string; VersionStage?: string } = {}) =>
  (await embedded.client.send(new GetSecretValueCommand({ SecretId, ...which }))).SecretString;
const stages = async () =>
  (await embedded.client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;
const move = (VersionStage: string, from: number, to?: number) =>
  embedded.client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage,
      RemoveFromVersionId: token(from),
      MoveToVersionId: to === undefined ? undefined : token(to),
    }),
  );

describe('a rotation', () => {
  it('begins with a version that is pending and has no value', async () => {
    expect((await rotate(2)).VersionId).toBe(token(2));
    expect(await stages()).toEqual({ [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPENDING'] });
    for (const which of [{ VersionStage: 'AWSPENDING' }, { VersionId: token(2) }])
      expect(await failure(value(which))).toBe('ResourceNotFoundException');
    expect(await value()).toBe('one');
  });

  it('gives that version its value once, and keeps its label', async () => {
    await rotate(2);
    await put('two', 2);
    await put('two', 2);
    expect(await failure(put('other', 2))).toBe('ResourceExistsException');
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
    expect(await stages()).toEqual({ [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPENDING'] });
  });

  it('is through where that value is put as the current one', async () => {
    await rotate(2);
    await put('two', 2, 'AWSCURRENT');
    expect(await value()).toBe('two');
    const both = ['AWSCURRENT', 'AWSPENDING'];
    expect((await stages())?.[token(2)]?.toSorted()).toEqual(both);
    expect((await rotate(3)).VersionId).toBe(token(3));
  });

  it('is one at a time, and the same one when it is asked for again', async () => {
    await rotate(2);
    await put('two', 2);
    expect((await rotate(2)).VersionId).toBe(token(2));
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
    expect(await failure(rotate(3))).toBe('InvalidRequestException');
  });

  it('is followed by another when what was pending is current, or pending no more', async () => {
    await rotate(2);
    await put('two', 2);
    await move('AWSCURRENT', 1, 2);
    await rotate(3);
    await move('AWSPENDING', 3);
    await rotate(4);
    expect(await stages()).toEqual({
      [token(1)]: ['AWSPREVIOUS'],
      [token(2)]: ['AWSCURRENT'],
      [token(4)]: ['AWSPENDING'],
    });
  });

  it('outlives a restart before it has a value', async () => {
    await rotate(2);
    const { folder } = embedded;
    await embedded.stop();
    embedded = await startEmbedded(folder);
    await put('two', 2);
    expect(await value({ VersionId: token(2) })).toBe('two');
  });
});
