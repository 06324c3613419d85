import { describe, expect, it } from 'vitest';
import { PolicyInvalid } from '../../../shared/policy/validation.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { auditTrail, policyHistory } from '../../../shared/versions/audit.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import { PublishConflict } from '../../../shared/versions/conflict.ts';
import {
  deleteTenant,
  type PublishOptions,
  publishPolicy,
} from '../../../shared/versions/publishing.ts';
import { publishedPolicy } from '../../../shared/versions/tenants.ts';
import { publishingTo } from '../keys/publisher.ts';
import { keep, type MemoryStore, memoryStore } from '../objects/memory-store.ts';

const widths = (...w: readonly number[]) => ({ tenant: 'acme', operations: { resize: { w } } });
const keys = { active: 'r1.2', accept: ['r1.1', 'r1.2'] };

function stand(config: MemoryStore = memoryStore()) {
  const publishing = publishingTo(config);
  const publish = (document: unknown, options: Partial<PublishOptions> = {}) =>
    publishPolicy(publishing, document, { root: 'r1', ...options });
  const live = async () => (await publishedPolicy(publishing, 'acme'))?.document;
  const faults = async () => (await auditTrail(publishing, 'acme')).faults;
  return { config, publishing, publish, live, faults };
}

describe('publishing a policy', () => {
  it('gives a new tenant the first generation of the root', async () => {
    const { publish, live } = stand();
    const done = await publish(widths(1), { root: 'r2', create: true });
    expect(done).toEqual({
      tenant: 'acme',
      version: 1,
      created: true,
      unchanged: false,
      restored: false,
      keys: { active: 'r2.1', accept: ['r2.1'] },
      changes: expect.arrayContaining([expect.objectContaining({ path: 'operations.resize' })]),
    });
    expect((await live())?.keys).toEqual(done.keys);
  });

  it('leaves the live keys as they are when it names none', async () => {
    const { publish, live } = stand();
    await publish({ ...widths(1), keys });
    expect((await publish(widths(2))).version).toBe(2);
    expect((await live())?.keys).toEqual(keys);
  });

  it('lifts no takedown that it does not speak of', async () => {
    const { publish, live } = stand();
    const blocked = ['a.jpg', 'albums/*'];
    await publish({ ...widths(1), blocked });
    await publish(widths(2));
    expect((await live())?.blocked).toEqual(blocked);
    await publish({ ...widths(1), blocked: ['b.jpg'] }, { restoring: true });
    expect((await live())?.blocked).toEqual(blocked);
    const lifted = await publish({ ...widths(1), blocked: [] });
    expect(lifted.changes.map(({ text }) => text)).toEqual([
      'no longer blocks a.jpg',
      'no longer blocks albums/*',
    ]);
    expect((await live())?.blocked).toEqual([]);
  });

  it('restores the takedowns of a tenant that was deleted', async () => {
    const { publishing, publish, live } = stand();
    await publish({ ...widths(1), blocked: ['a.jpg'] });
    await deleteTenant(publishing, 'acme', 'gone');
    await publish({ ...widths(1), blocked: ['a.jpg'] }, { restoring: true });
    expect((await live())?.blocked).toEqual(['a.jpg']);
  });

  it('makes no version of what is live already', async () => {
    const { publishing, publish } = stand();
    await publish(widths(1));
    const again = await publish(widths(1), { reason: 'the same' });
    expect(again).toMatchObject({ version: 1, unchanged: true, created: false, changes: [] });
    expect(await policyHistory(publishing, 'acme')).toHaveLength(1);
    expect(await publish(widths(2))).toMatchObject({ version: 2, unchanged: false });
  });

  it('keeps every version in the trail, chained and signed', async () => {
    const { publish, publishing, faults } = stand();
    await publish(widths(1), { reason: 'first' });
    await publish(widths(2), { reason: 'zweite → größer' });
    const history = await policyHistory(publishing, 'acme');
    expect(history.map(({ version, by, reason }) => [version, by, reason])).toEqual([
      [2, 'ann', 'zweite → größer'],
      [1, 'ann', 'first'],
    ]);
    expect(await faults()).toEqual([]);
  });

  it('does not create a tenant twice', async () => {
    const { publish, live } = stand();
    await publish(widths(1), { create: true });
    await expect(publish(widths(2), { create: true })).rejects.toBeInstanceOf(PublishConflict);
    expect((await live())?.operations).toEqual({ resize: [{ w: [1] }] });
  });

  it('is refused where another version is live than the change was made of', async () => {
    const { publish } = stand();
    await publish(widths(1));
    await publish(widths(2));
    await expect(publish(widths(3), { expected: 1 })).rejects.toThrow(
      /^version 2 of acme is live, not 1; /,
    );
  });

  it.each([
    ['a slip', { ...widths(1), maxWidht: 1 }],
    ['nothing', null],
    ['an invalid preset', { ...widths(1), presets: { a: 'resize' } }],
    ['another place', { ...widths(1), tenant: '../acme' }],
  ])('refuses %s and writes nothing', async (_what, one) => {
    const { publish, config } = stand();
    await expect(publish(one)).rejects.toBeInstanceOf(PolicyInvalid);
    expect(config.objects.size).toBe(0);
  });

  it('never overwrites: of fifty at a time each is a version, or is told of a conflict', async () => {
    const { publish, publishing, faults } = stand();
    await publish(widths(1));
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) => publish(widths(at + 2), { reason: `change ${at}` })),
    );
    const done = all.filter(({ status }) => status === 'fulfilled').length;
    const refused = all.filter((one) => one.status === 'rejected');
    expect(done).toBeGreaterThan(0);
    expect(await policyHistory(publishing, 'acme')).toHaveLength(done + 1);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(PublishConflict);
    expect(await faults()).toEqual([]);
  });

  it('tells the second of two who was first, and why', async () => {
    const config = memoryStore();
    const { publish } = stand(config);
    await publish(widths(1));
    const bob = publishingTo(config, { by: 'bob' });
    const racing = {
      ...publishingTo(config),
      publisher: async () => {
        await publishPolicy(bob, widths(7), { root: 'r1', reason: 'sale' });
        return publishingTo(config).publisher();
      },
    };
    const conflict = await publishPolicy(racing, widths(2), { root: 'r1' }).catch(
      (thrown: unknown) => thrown as PublishConflict,
    );
    expect(conflict).toMatchObject({
      message: expect.stringMatching(/^bob has just published version 2 of acme \(sale\); /),
      change: [{ text: expect.stringMatching(/7/) }, { text: expect.stringMatching(/1/) }],
    });
  });
});

describe('a publish that a failure cuts short', () => {
  /** A bucket whose n-th write of a publish fails, before or after it has taken effect. */
  function failing(config: MemoryStore, write: number, takesEffect: boolean) {
    let writes = 0;
    const put: MemoryStore['put'] = async (...asked) => {
      writes += 1;
      const done = writes !== write || takesEffect ? await config.put(...asked) : undefined;
      if (writes === write || done === undefined) throw new PortFailure('put: away');
      return done;
    };
    return { ...config, put };
  }

  const cuts = [1, 2, 3, 4].flatMap((write) => [true, false].map((effect) => ({ write, effect })));

  it.each(cuts)(
    'at write $write (taken effect: $effect) is all or nothing, and a retry completes it',
    async ({ write, effect }) => {
      for (const first of [true, false]) {
        const config = memoryStore();
        const { publish, live, faults } = stand(config);
        if (!first) await publish(widths(1));
        const before = await live();
        const broken = publishingTo(failing(config, write, effect));
        const options = { root: 'r1', reason: 'try' };
        await expect(publishPolicy(broken, widths(2), options)).rejects.toBeInstanceOf(PortFailure);
        const between = await live();
        expect([before, { ...between, operations: { resize: [{ w: [2] }] } }]).toContainEqual(
          between,
        );
        await publish(widths(2), { reason: 'try' });
        expect((await live())?.operations).toEqual({ resize: [{ w: [2] }] });
        expect(await faults()).toEqual([]);
      }
    },
  );

  it('is completed by the next publisher, who gets an error about it', async () => {
    const config = memoryStore();
    const { publish, live, faults } = stand(config);
    await publish(widths(1));
    const broken = publishingTo(failing(config, 4, false), { by: 'bob' });
    await expect(publishPolicy(broken, widths(2), { root: 'r1' })).rejects.toThrow('away');
    await expect(publish(widths(3))).rejects.toThrow(
      /^version 2 of acme, which bob published, was interrupted and is live only now; /,
    );
    expect((await live())?.operations).toEqual({ resize: [{ w: [2] }] });
    expect((await publish(widths(3))).version).toBe(3);
    expect(await faults()).toEqual([]);
  });
});

describe('a kid that has left', () => {
  it('never returns by a publish', async () => {
    const { publish } = stand();
    await publish({ ...widths(1), keys });
    await publish({ ...widths(1), keys: { active: 'r1.2', accept: ['r1.2'] } });
    await expect(publish({ ...widths(1), keys })).rejects.toThrow(
      'keys.accept names r1.1, which was retired and never returns',
    );
  });

  it('stays dead when its tenant is deleted and made again', async () => {
    const { publish, publishing, live, faults } = stand();
    await publish({ ...widths(1), keys });
    expect(await deleteTenant(publishing, 'acme', 'gone')).toBe(true);
    expect([await live(), await faults()]).toEqual([undefined, []]);
    const again = await publish(widths(1), { create: true });
    expect(again).toMatchObject({ version: 3, keys: { active: 'r1.3', accept: ['r1.3'] } });
    expect(await faults()).toEqual([]);
    expect(await deleteTenant(publishing, 'nobody', undefined)).toBe(false);
  });
});

describe('the trail', () => {
  async function three() {
    const made = stand();
    for (const width of [1, 2, 3]) await made.publish(widths(width));
    return made;
  }

  const textOf = (config: MemoryStore, key: string): string =>
    new TextDecoder().decode(config.objects.get(key)?.body);

  const tampering: readonly (readonly [string, (config: MemoryStore) => void, RegExp])[] = [
    ['an edit', (config) => keep(config, auditKey('acme', 2), 'x'), /^version 2 is not what/],
    ['a removal', (config) => config.objects.delete(auditKey('acme', 2)), /^version 2 is missing$/],
    [
      'a removed first',
      (config) => config.objects.delete(auditKey('acme', 1)),
      /^version 1 is missing$/,
    ],
    [
      'the removal of several',
      (config) => {
        for (const version of [1, 2]) config.objects.delete(auditKey('acme', version));
      },
      /^versions 1 to 2 are missing$/,
    ],
    [
      'a removed last',
      (config) => config.objects.delete(auditKey('acme', 3)),
      /^the live policy is not version 2/,
    ],
    [
      'a reorder',
      (config) => {
        const [two, three] = [2, 3].map((version) => textOf(config, auditKey('acme', version)));
        keep(config, auditKey('acme', 2), three ?? '');
        keep(config, auditKey('acme', 3), two ?? '');
      },
      /^version 2 says that it is version 3/,
    ],
    [
      'an old version put into force again',
      (config) => keep(config, policyKey('acme'), textOf(config, auditKey('acme', 1))),
      /^the live policy is not version 3/,
    ],
    ['a removed policy', (config) => config.objects.delete(policyKey('acme')), /no policy is live/],
  ];

  it.each(tampering)('shows %s', async (_what, tamper, fault) => {
    const { config, faults } = await three();
    expect(await faults()).toEqual([]);
    tamper(config);
    const found = await faults();
    expect(found.length).toBeGreaterThan(0);
    expect(found.some((one) => fault.test(one))).toBe(true);
  });

  it.each([1, 2])('says of a removed version %i that alone', async (version) => {
    const { config, faults } = await three();
    config.objects.delete(auditKey('acme', version));
    expect(await faults()).toEqual([`version ${version} is missing`]);
  });

  it('is looked at behind a version that was edited', async () => {
    const { config, publish, faults } = await three();
    await publish(widths(4));
    keep(config, auditKey('acme', 1), 'x');
    config.objects.delete(auditKey('acme', 3));
    expect(await faults()).toEqual([
      'version 1 is not what a publisher signed',
      'version 3 is missing',
    ]);
  });

  it('shows a version that was copied from another tenant', async () => {
    const { config, publishing, faults } = await three();
    await publishPolicy(publishing, { ...widths(9), tenant: 'shop' }, { root: 'r1' });
    keep(config, auditKey('acme', 1), textOf(config, auditKey('shop', 1)));
    expect(await faults()).toContain('version 1 is a policy of shop');
  });

  it('takes its order from the chain, whatever the clocks say', async () => {
    const config = memoryStore();
    for (const [at, drift] of [0, 300_000, -300_000, 0].entries()) {
      const clock = (): number => 1_893_456_000_000 + drift;
      await publishPolicy(publishingTo(config, { clock }), widths(at + 1), { root: 'r1' });
    }
    const { faults, live } = stand(config);
    expect(await faults()).toEqual([]);
    expect((await live())?.operations).toEqual({ resize: [{ w: [4] }] });
  });

  it('heals a policy that was damaged in the bucket with the next version', async () => {
    const { config, publish, faults } = await three();
    keep(config, policyKey('acme'), '{"tenant":"acme"}');
    expect((await publish(widths(4))).version).toBe(4);
    expect(await faults()).toEqual([]);
  });
});

describe('an older version in the place of the live one', () => {
  async function replaced(by: number, of = 4) {
    const made = stand();
    for (let width = 1; width <= of; width += 1)
      await made.publish({ ...widths(width), blocked: width < of ? [] : ['a.jpg'] });
    const text = new TextDecoder().decode(made.config.objects.get(auditKey('acme', by))?.body);
    keep(made.config, policyKey('acme'), text);
    return { ...made, text };
  }

  const texts = (config: MemoryStore): readonly (readonly [string, string])[] =>
    [...config.objects].map(([key, { body }]) => [key, new TextDecoder().decode(body)]);

  it.each([1, 2])('is not accepted when it is version %i of 4', async (version) => {
    const { live, publishing, publish, config } = await replaced(version);
    await expect(live()).rejects.toThrow(`policies/acme.jws is version ${version}, and the trail`);
    const before = texts(config);
    await expect(publish(widths(9), { expected: version })).rejects.toBeInstanceOf(PublishConflict);
    await expect(publish(widths(9), { create: true })).rejects.toBeInstanceOf(PublishConflict);
    expect(texts(config)).toEqual(before);
    expect(await policyHistory(publishing, 'acme')).toHaveLength(4);
  });

  it.each([1, 2])('is replaced by version 5 where it is version %i of 4', async (version) => {
    const { live, publish, faults } = await replaced(version);
    const done = await publish(widths(9));
    expect(done.version).toBe(5);
    expect(await live()).toMatchObject({
      blocked: ['a.jpg'],
      operations: { resize: [{ w: [9] }] },
    });
    expect(await faults()).toEqual([]);
  });

  it('changes nothing of what holds where it is the one before', async () => {
    const { live, publish, faults, config } = await replaced(3);
    expect((await live())?.blocked).toEqual(['a.jpg']);
    await expect(publish(widths(9))).rejects.toThrow(
      /^version 4 of acme, which ann published, was/,
    );
    expect((await live())?.blocked).toEqual(['a.jpg']);
    expect(config.objects.get(policyKey('acme'))?.body).toEqual(
      config.objects.get(auditKey('acme', 4))?.body,
    );
    expect((await publish(widths(9))).version).toBe(5);
    expect(await faults()).toEqual([]);
  });

  it('is no conflict for a change that was made of what holds', async () => {
    const { live, publish, faults } = await replaced(3);
    expect((await publish({ ...widths(9) }, { expected: 4 })).version).toBe(5);
    expect((await live())?.blocked).toEqual(['a.jpg']);
    expect(await faults()).toEqual([]);
  });

  it('brings back no tenant that was deleted', async () => {
    const { live, publishing, publish, faults, text, config } = await replaced(1, 1);
    await deleteTenant(publishing, 'acme', 'gone');
    keep(config, policyKey('acme'), text);
    expect(await live()).toBeUndefined();
    await expect(publish(widths(9))).rejects.toThrow(
      /^version 2 of acme, which ann published \(gone\)/,
    );
    expect(config.objects.has(policyKey('acme'))).toBe(false);
    expect(await publish(widths(9))).toMatchObject({ version: 3, keys: { accept: ['r1.2'] } });
    expect(await faults()).toEqual([]);
  });

  it('that is of another tenant is replaced as well', async () => {
    const { config, publishing, publish, faults } = await replaced(4);
    await publishPolicy(publishing, { ...widths(9), tenant: 'shop' }, { root: 'r1' });
    const foreign = new TextDecoder().decode(config.objects.get(policyKey('shop'))?.body);
    keep(config, policyKey('acme'), foreign);
    expect((await publish(widths(9))).version).toBe(5);
    expect(await faults()).toEqual([]);
  });

  it('is not hidden by a forged version behind it', async () => {
    const { config, live, publish } = await replaced(3);
    keep(config, auditKey('acme', 4), 'x');
    await expect(live()).rejects.toThrow('audit/acme/4.jws is forged');
    await expect(publish(widths(9))).rejects.toThrow('audit/acme/4.jws is forged');
  });
});
