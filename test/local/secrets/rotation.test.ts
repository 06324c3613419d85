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
  it('starts with a pending version without a value', async () => {
    expect((await rotate(2)).VersionId).toBe(token(2));
    expect(await stages()).toEqual({ [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPENDING'] });
    for (const which of [{ VersionStage: 'AWSPENDING' }, { VersionId: token(2) }])
      expect(await failure(value(which))).toBe('ResourceNotFoundException');
    expect(await value()).toBe('one');
  });

  it('sets the value of that version once and keeps its label', async () => {
    await rotate(2);
    await put('two', 2);
    await put('two', 2);
    expect(await failure(put('other', 2))).toBe('ResourceExistsException');
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
    expect(await stages()).toEqual({ [token(1)]: ['AWSCURRENT'], [token(2)]: ['AWSPENDING'] });
  });

  it('is complete when the value is put as the current one', async () => {
    await rotate(2);
    await put('two', 2, 'AWSCURRENT');
    expect(await value()).toBe('two');
    const both = ['AWSCURRENT', 'AWSPENDING'];
    expect((await stages())?.[token(2)]?.toSorted()).toEqual(both);
    expect((await rotate(3)).VersionId).toBe(token(3));
  });

  it('runs once at a time, and a repeated call returns the same version', async () => {
    await rotate(2);
    await put('two', 2);
    expect((await rotate(2)).VersionId).toBe(token(2));
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('two');
    expect(await failure(rotate(3))).toBe('InvalidRequestException');
  });

  it('may start again when no version is pending', async () => {
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

  it('survives a restart before it has a value', async () => {
    await rotate(2);
    const { folder } = embedded;
    await embedded.stop();
    embedded = await startEmbedded(folder);
    await put('two', 2);
    expect(await value({ VersionId: token(2) })).toBe('two');
  });
});
