import { readFileSync } from 'node:fs';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { expect } from 'vitest';
import { originEvent } from '../edge/events.ts';
import { checks } from './checks.ts';
import { countDelayed, purgeQueued } from './function-checks.ts';
import { motoAccount } from './moto.ts';
import { sources } from './sources.ts';
import { buckets, readObject, signet, type World, writeFile } from './world.ts';

/* Sources in a bucket that the stack does not own, read and purged by the deployed functions. */

type GetWorld = () => World;

const { bucket } = sources.photos;
const [tenant] = sources.photos.tenants;

const key = (width: number): string => `${tenant}/a b.png__op__resize,w_${width}__op__format,f_png`;

async function makeBucket({ clients }: World): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
}

async function upload({ clients }: World, background: string): Promise<void> {
  const picture = { create: { width: 100, height: 80, channels: 3, background } } as const;
  const Body = await sharp(picture).png().toBuffer();
  const Key = `img/${tenant}/web/a b.png`;
  await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
}

const publish = (world: World, source: object, ...more: readonly string[]) =>
  signet(
    ...['policy', 'publish'],
    writeFile(
      world,
      `${tenant}.json`,
      JSON.stringify({
        tenant,
        operations: { resize: { w: [32, 48] }, format: { f: ['png'] } },
        source,
      }),
    ),
    ...more,
  );

async function make({ functions }: World, width: number): Promise<string> {
  const uri = `/${key(width).replaceAll(' ', '%20')}`;
  const answer = (await functions.originResponse.invoke(originEvent(uri))) as { status: string };
  return answer.status;
}

/** The event of EventBridge for the uploaded object. */
const event = (account: string): object => ({
  Records: [
    {
      messageId: 'e',
      body: JSON.stringify({
        ...{ version: '0', source: 'aws.s3', account, region: 'eu-west-1' },
        'detail-type': 'Object Created',
        detail: { bucket: { name: bucket }, object: { key: `img/${tenant}/web/a b.png` } },
      }),
    },
  ],
});

export function checkSources(world: GetWorld): void {
  checks(
    'functions',
    'origin-response: a source in a bucket that the stack does not own',
    'is unavailable while there is no such bucket, and the log says so; then it is drawn',
    async () => {
      await publish(world(), { from: 'photos', prefix: 'web/' });
      expect(await make(world(), 32)).toBe('503');
      const log = readFileSync(world().functions.originResponse.log, 'utf8');
      expect(log).toContain(`bucket ${bucket} of source \\"photos\\" does not exist`);
      await makeBucket(world());
      await upload(world(), 'green');
      expect(await make(world(), 32)).toBe('200');
    },
  );

  checks(
    'functions',
    'purge: EventBridge reports that such a source was replaced',
    'its derivatives are deleted, unless the event is of another account',
    async () => {
      const { purge } = world().functions;
      for (const [account, isStored] of [
        ['999999999999', true],
        [motoAccount, false],
      ] as const) {
        expect(await purge.invoke(event(account))).toEqual({ batchItemFailures: [] });
        const stored = await readObject(world(), buckets.derivatives, key(32));
        expect([account, stored !== undefined]).toEqual([account, isStored]);
      }
    },
  );

  checks(
    'functions',
    'policy publish --purge, purge: sources move',
    'without --purge it is refused; with it, all derivatives of the tenant are deleted',
    async () => {
      const { functions } = world();
      expect(await make(world(), 48)).toBe('200');
      await expect(publish(world(), {})).rejects.toThrow('--purge');
      const delayed = await countDelayed(world());
      await publish(world(), {}, '--purge');
      // For 60 and 120 seconds later. The requests before and after the publish came in one batch.
      await purgeQueued(world());
      expect(await countDelayed(world())).toBeGreaterThanOrEqual(delayed + 2);
      const body = JSON.stringify({ purgeTenant: tenant });
      await functions.purge.invoke({ Records: [{ messageId: 'p', body }] });
      expect(await readObject(world(), buckets.derivatives, key(48))).toBeUndefined();
    },
  );
}
