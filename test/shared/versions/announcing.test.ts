import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../shared/ports.ts';
import { announceVersion, readAnnounced } from '../../../shared/versions/announcing.ts';
import { auditKey } from '../../../shared/versions/bucket.ts';
import { changeKey, changesKey, signChange } from '../../../shared/versions/changes.ts';
import { PublishConflict } from '../../../shared/versions/conflict.ts';
import { deleteTenant, publishPolicy } from '../../../shared/versions/publishing.ts';
import { publisher, publishingTo } from '../keys/publisher.ts';
import { keep, type MemoryStore, memoryStore } from '../objects/memory-store.ts';

function stand() {
  const config = memoryStore();
  const publishing = publishingTo(config);
  const publish = (tenant: string, w: number, to = publishing) =>
    publishPolicy(to, { tenant, operations: { resize: { w: [w] } } }, { root: 'r1' });
  return { config, publishing, publish, announced: () => readAnnounced(publishing) };
}

const listIn = ({ objects }: MemoryStore): Uint8Array =>
  objects.get(changesKey)?.body ?? new Uint8Array();
const numbersIn = ({ objects }: MemoryStore): readonly string[] =>
  [...objects.keys()].filter((key) => key.startsWith('audit/_changes/'));

describe('a lost list', () => {
  it.each([999_999_999_999, 500, 4])(
    'begins again after the signed changes, whatever else has the number %d',
    async (number) => {
      const { publish, config, announced } = stand();
      await publish('acme', 1);
      await publish('shop', 1);
      await publish('acme', 2);
      keep(config, changeKey(number), 'not signed');
      keep(config, changesKey, 'damaged');
      await publish('shop', 2);
      const sequence = number === 4 ? 5 : 4;
      expect(await announced()).toMatchObject({ sequence, changes: [['shop', 2]] });
      expect((await announced()).fault).toBeUndefined();
    },
  );
});

it.each(['lost', 'damaged'])(
  'a list that was %s comes back under a number of its own, also after a publish that changes nothing',
  async (how) => {
    const { publish, config, announced } = stand();
    await publish('acme', 1);
    if (how === 'lost') config.objects.delete(changesKey);
    else keep(config, changesKey, 'damaged');
    await publish('acme', 1);
    expect(await announced()).toMatchObject({ sequence: 2, changes: [['acme', 1]] });
    expect((await announced()).fault).toBeUndefined();
  },
);

it('an older list that was put back is repaired under a number that no function has seen', async () => {
  const { publish, config, announced } = stand();
  await publish('acme', 1);
  const older = listIn(config);
  await publish('shop', 1);
  keep(config, changesKey, older);
  expect((await announced()).fault).toBe('behind');
  await publish('shop', 1);
  expect((await announced()).sequence).toBe(3);
  expect((await announced()).fault).toBeUndefined();
});

describe('a publish', () => {
  it('announces its version under the next number', async () => {
    const { publish, publishing, announced } = stand();
    await publish('acme', 1);
    await publish('shop', 1);
    await publish('acme', 2);
    await deleteTenant(publishing, 'shop', undefined);
    expect(await announced()).toMatchObject({
      sequence: 4,
      changes: [
        ['acme', 1],
        ['shop', 1],
        ['acme', 2],
        ['shop', 2],
      ],
    });
    expect((await announced()).fault).toBeUndefined();
  });

  it('of what is live already announces nothing', async () => {
    const { publish, config } = stand();
    await publish('acme', 1);
    const before = [listIn(config), numbersIn(config)];
    await publish('acme', 1);
    expect([listIn(config), numbersIn(config)]).toEqual(before);
  });

  it('announces its version before the version exists', async () => {
    const { config, publish } = stand();
    await publish('acme', 1);
    const writes = config.calls.filter((call) => call.startsWith('put '));
    expect(writes).toEqual([
      `put ${changeKey(1)}`,
      `put ${changesKey}`,
      `put ${auditKey('acme', 1)}`,
      'put policies/acme.jws',
    ]);
  });

  it('is in the list with thirty others at the same time, and the numbers have no gap', async () => {
    const { publish, announced, config } = stand();
    const tenants = Array.from({ length: 30 }, (_, at) => `tenant-${at}`);
    await Promise.all(tenants.map((tenant) => publish(tenant, 1)));
    const { sequence, changes } = await announced();
    expect(changes.map(([tenant]) => tenant).toSorted()).toEqual(tenants.toSorted());
    expect(sequence).toBe(30);
    expect(numbersIn(config)).toHaveLength(30);
  });

  it('publishes nothing if the list is never its to write', async () => {
    const { config, publishing, publish } = stand();
    await publish('acme', 1);
    const busy = {
      ...publishing,
      config: {
        ...config,
        put: async (...asked: Parameters<MemoryStore['put']>) =>
          asked[0] === changesKey ? ('taken' as const) : config.put(...asked),
      },
    };
    const failure = await publish('acme', 2, busy).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(PublishConflict);
    expect(String(failure)).toMatch(/too many others .* publish again$/);
    expect(config.objects.has(auditKey('acme', 2))).toBe(false);
  });

  it('announces again if the list is lost before the version exists', async () => {
    const { config, publishing, publish, announced } = stand();
    const losing = {
      ...publishing,
      config: {
        ...config,
        put: async (...asked: Parameters<MemoryStore['put']>) => {
          if (asked[0] === auditKey('acme', 1)) config.objects.delete(changesKey);
          return config.put(...asked);
        },
      },
    };
    await publish('acme', 1, losing);
    expect(await announced()).toMatchObject({ changes: [['acme', 1]] });
    expect((await announced()).fault).toBeUndefined();
  });
});

describe('a publish that stopped before the list was written', () => {
  const stopped = async () => {
    const made = stand();
    await made.publish('acme', 1);
    const { config, publishing } = made;
    const failing = {
      ...publishing,
      config: {
        ...config,
        put: async (...asked: Parameters<MemoryStore['put']>) => {
          if (asked[0] === changesKey) throw new PortFailure('put: away');
          return config.put(...asked);
        },
      },
    };
    await expect(made.publish('acme', 2, failing)).rejects.toThrow('away');
    expect((await made.announced()).fault).toBe('behind');
    return made;
  };

  it.each([
    ['the same again', 'acme', 2],
    ['anybody', 'shop', 1],
  ])('is completed by the next publish of %s', async (_who, tenant, w) => {
    const { publish, announced } = await stopped();
    await publish(tenant, w);
    const { fault, changes, sequence } = await announced();
    expect(fault).toBeUndefined();
    expect(changes).toContainEqual(['acme', 2]);
    expect(sequence).toBe(3);
  });
});

const damages: readonly (readonly [string, (config: MemoryStore) => void])[] = [
  ['lost', ({ objects }) => objects.delete(changesKey)],
  ['damaged', (config) => keep(config, changesKey, 'x')],
  ['too large', (config) => keep(config, changesKey, 'x'.repeat(1_000_000))],
  [
    'a policy',
    (config) => keep(config, changesKey, config.objects.get('policies/acme.jws')?.body ?? ''),
  ],
];

describe('a list that is', () => {
  it.each(damages)(
    '%s is made anew with a number above all that were used',
    async (_what, damage) => {
      const { config, publish, announced } = stand();
      for (let w = 1; w <= 5; w += 1) await publish('acme', w);
      damage(config);
      await publish('shop', 1);
      // Nothing is said about acme, so functions read its policy again.
      expect(await announced()).toMatchObject({ sequence: 6, changes: [['shop', 1]] });
      expect((await announced()).fault).toBeUndefined();
    },
  );

  it('older than the trail follows the trail again, whoever put it back', async () => {
    const { config, publish, announced } = stand();
    await publish('acme', 1);
    const old = listIn(config);
    await publish('acme', 2);
    await publish('shop', 1);
    keep(config, changesKey, old);
    await publish('other', 1);
    expect(await announced()).toMatchObject({
      sequence: 4,
      changes: [
        ['acme', 1],
        ['acme', 2],
        ['shop', 1],
        ['other', 1],
      ],
    });
  });

  it('far older than the trail is made anew', async () => {
    const { config, publish, announced } = stand();
    await publish('acme', 1);
    const old = listIn(config);
    for (let w = 2; w <= 40; w += 1) await publish('acme', w);
    keep(config, changesKey, old);
    await publish('shop', 1);
    expect(await announced()).toMatchObject({ sequence: 41, changes: [['shop', 1]] });
  });
});

describe('a record of a change that', () => {
  const foreign: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['nobody signed', () => 'x'],
    [
      'has another number',
      () => signChange(publisher, { sequence: 9, tenant: 'acme', version: 9 }),
    ],
  ];

  it.each(foreign)('%s only uses up its number', async (_what, text) => {
    const { config, publish, announced } = stand();
    await publish('acme', 1);
    keep(config, changeKey(2), await text());
    await publish('acme', 2);
    expect(await announced()).toMatchObject({
      sequence: 3,
      changes: [
        ['acme', 1],
        ['acme', 2],
      ],
    });
  });
});

it('an announcement is written once', async () => {
  const { config, publishing } = stand();
  await announceVersion(publishing, 'acme', 1);
  await announceVersion(publishing, 'acme', 1);
  expect(numbersIn(config)).toHaveLength(1);
});
