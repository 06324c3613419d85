import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDistance, type Distance } from '../../../local/http/distance.ts';
import type { Identity } from '../../../local/http/sigv4.ts';
import { startSecretsManager } from '../../../local/secrets/server.ts';
import { bucket, credentials, owner, reader, startEmbedded } from '../s3/embedded-s3.ts';

const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.splice(0).toReversed()) await close();
});

/** `reader` is distant. Its waits are recorded and last until `arrive` is called. */
function recordedDistance() {
  const trips: number[] = [];
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const distance: Distance = {
    isDistant: (accessKeyId) => accessKeyId === reader.accessKeyId,
    wait: (count) => {
      trips.push(count);
      return arrived;
    },
  };
  return { distance, trips, arrive };
}

async function startDistantS3(distance: Distance) {
  const embedded = await startEmbedded({ distance });
  closings.push(embedded.discard);
  await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'body' }));
  const read = async (identity: Identity): Promise<string | undefined> => {
    const got = await embedded
      .clientFor(identity)
      .send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
    return got.Body?.transformToString();
  };
  return { ...embedded, read };
}

describe('a distant caller of S3', () => {
  it('waits for a round trip, and for two more of the handshakes on a new connection', async () => {
    const { distance, trips, arrive } = recordedDistance();
    const { clientFor } = await startDistantS3(distance);
    const client = clientFor(reader);
    arrive();
    for (let at = 0; at < 3; at += 1) {
      const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
      expect(await got.Body?.transformToString()).toBe('body');
    }
    expect(trips).toEqual([3, 1, 1]);
  });

  it('gets its answer after the wait, and delays no other caller', async () => {
    const { distance, trips, arrive } = recordedDistance();
    const { read } = await startDistantS3(distance);
    const answers: string[] = [];
    const distant = read(reader).then(() => answers.push('distant'));
    await expect.poll(() => trips).toEqual([3]);
    await read(owner).then(() => answers.push('near'));
    arrive();
    await distant;
    expect(answers).toEqual(['near', 'distant']);
    expect(trips).toEqual([3]);
  });
});

describe('a distant caller of Secrets Manager', () => {
  it('waits for the same round trips', async () => {
    const { distance, trips, arrive } = recordedDistance();
    arrive();
    const { folder } = await startDistantS3(distance);
    const identities = [owner, { ...reader, allows: () => true }];
    const options = { folder: `${folder}/secrets`, host: '127.0.0.1', port: 0, identities };
    const { port, close } = await startSecretsManager({ ...options, distance });
    closings.push(close);
    const clientFor = (identity: Identity) =>
      new SecretsManagerClient({
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${port}`,
        credentials: credentials(identity),
      });
    await clientFor(owner).send(new CreateSecretCommand({ Name: 'one', SecretString: 'text' }));
    expect(trips).toEqual([]);
    const distant = clientFor(reader);
    for (let at = 0; at < 2; at += 1)
      await distant.send(new GetSecretValueCommand({ SecretId: 'one' }));
    expect(trips).toEqual([3, 1]);
  });
});

it('a round trip takes the milliseconds that were set', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const { isDistant, wait } = createDistance(230, ['far']);
  expect([isDistant('far'), isDistant('near')]).toEqual([true, false]);
  const arrived = vi.fn();
  const waiting = wait(3).then(arrived);
  await vi.advanceTimersByTimeAsync(689);
  expect(arrived).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(arrived).toHaveBeenCalled();
});
