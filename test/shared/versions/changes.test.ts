import { describe, expect, it } from 'vitest';
import { publicHalf } from '../../../shared/keys/publisher.ts';
import { limits } from '../../../shared/limits.ts';
import {
  type Change,
  signChange,
  signChanges,
  unlistedUntil,
  verifyChange,
  verifyChanges,
} from '../../../shared/versions/changes.ts';
import { signRecord, verifyRecord } from '../../../shared/versions/record.ts';
import { signText } from '../../../shared/versions/signed-text.ts';
import { publisher, stranger } from '../keys/publisher.ts';

const known = [publicHalf(publisher)];
const list = { sequence: 7, changes: [['acme', 3] as const, ['shop', 1] as const] };
const change = { sequence: 7, tenant: 'shop', version: 1 };
const record = {
  version: 1,
  at: '2030-01-01T00:00:00.000Z',
  by: 'ann',
  reason: null,
  previous: null,
  retired: [],
  policy: { tenant: 'acme', operations: {} },
};

const signedTexts = {
  list: () => signChanges(publisher, list),
  change: () => signChange(publisher, change),
  version: () => signRecord(publisher, record),
};
type Kind = keyof typeof signedTexts;

const readers: Readonly<Record<Kind, (text: string) => Promise<unknown>>> = {
  list: (text) => verifyChanges(known, text),
  change: (text) => verifyChange(known, text),
  version: (text) => verifyRecord(known, text),
};

const kinds = Object.keys(signedTexts) as Kind[];
const pairs = kinds.flatMap((signed) => kinds.map((read) => ({ signed, read })));

const open = (kind: Kind, text: string): Promise<unknown> =>
  readers[kind](text).catch((thrown: Error) => thrown.message);

describe('what a publisher signed', () => {
  it.each(pairs)(
    'as a $signed is a $read only if it was signed as one',
    async ({ signed, read }) => {
      const found = await open(read, await signedTexts[signed]());
      const whole = { list, change, version: record }[read];
      expect(found).toEqual(
        signed === read ? whole : expect.stringMatching(/^it is signed, but not/),
      );
    },
  );

  it.each([
    { sequence: 0 },
    { sequence: 1.5 },
    { sequence: 1 },
    { sequence: 1e15 },
    { changes: [] },
    { changes: [['acme', 0]] },
    { changes: [['../acme', 1]] },
    { changes: [['acme']] },
    { changes: [['acme', 1, 1]] },
    {
      changes: Array.from({ length: limits.listedChanges + 1 }, () => ['acme', 1]),
      sequence: 5_000,
    },
    { extra: 1 },
  ])('is no list of changes with %j', async (wrong) => {
    const text = await signText(publisher, 'signet-changes+jws', { ...list, ...wrong });
    expect(await open('list', text)).toBe('it is signed, but not as a list of changes');
  });

  it('is refused if a stranger signed it', async () => {
    expect(await open('list', await signChanges(stranger, list))).toBe('its signature is wrong');
    expect(await open('change', await signChange(stranger, change))).toBe('its signature is wrong');
  });

  it('is refused if the name of the key is unknown', async () => {
    const text = await signChanges({ ...publisher, kid: 'p9' }, list);
    expect(await open('list', text)).toBe('it was signed by an unknown publisher key');
  });

  it.each([{ sequence: 0 }, { changes: [] }, { changes: [['../acme', 1] as const] }])(
    'is never a list with %j, which nobody could read',
    async (wrong) => {
      await expect(signChanges(publisher, { ...list, ...wrong })).rejects.toThrow();
    },
  );

  it.each([{ sequence: 1.5 }, { tenant: 'a/b' }, { version: 0 }])(
    'is never a change with %j',
    async (wrong) => {
      await expect(signChange(publisher, { ...change, ...wrong })).rejects.toThrow();
    },
  );
});

describe('a list of changes', () => {
  it('keeps the newest thousand, and says from where on it is complete', async () => {
    const changes = Array.from({ length: 1_500 }, (_, at): Change => [`t${at}`, 1]);
    const read = await verifyChanges(
      known,
      await signChanges(publisher, { sequence: 1_600, changes }),
    );
    expect(read.changes).toEqual(changes.slice(-1_000));
    expect(unlistedUntil(read)).toBe(600);
  });

  it('is small enough to be read with a thousand of the longest names', async () => {
    const name = 'a'.repeat(limits.tenantCharacters);
    const changes = Array.from({ length: 1_000 }, (): Change => [name, 999_999_999]);
    const text = await signChanges(publisher, { sequence: 999_999_999_999, changes });
    expect(text.length).toBeLessThanOrEqual(limits.recordBytes);
  });
});
