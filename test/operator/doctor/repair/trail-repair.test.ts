import { beforeEach, describe, expect, it } from 'vitest';
import { findTrailRepair } from '../../../../operator/doctor/repair/find-trail-repair.ts';
import {
  planTrailRepair,
  type TrailRepair,
} from '../../../../operator/doctor/repair/trail-repair.ts';
import { readTrailState } from '../../../../operator/doctor/repair/trail-state.ts';
import { auditKey, policyKey } from '../../../../shared/versions/bucket.ts';
import { deleteTenant } from '../../../../shared/versions/publishing.ts';
import { keep } from '../../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../../memory-installation.ts';

type Memory = ReturnType<typeof createMemoryInstallation>;

let own: Memory;
/** A copy of the installation from before the damage. */
let copy: Memory;

async function publishThree(memory: Memory): Promise<void> {
  for (const w of [16, 32, 64])
    await memory.publish('acme', { operations: { resize: { w: [w] } } });
  await memory.publish('other');
  await deleteTenant(memory, 'other', undefined);
}

beforeEach(async () => {
  [own, copy] = [createMemoryInstallation(), createMemoryInstallation()];
  await publishThree(own);
  for (const [key, kept] of own.config.objects) copy.config.objects.set(key, kept);
});

const entry = (version: number): string => auditKey('acme', version);
const live = policyKey('acme');

function bodyOf(key: string): Uint8Array {
  return copy.config.objects.get(key)?.body ?? new Uint8Array();
}

const put = (key: string, content: string | Uint8Array = 'x'): void =>
  keep(own.config, key, content);
function putEach(...keys: readonly string[]): void {
  for (const key of keys) put(key);
}
function remove(...keys: readonly string[]): void {
  for (const key of keys) own.config.objects.delete(key);
}

const print = ({ steps, lost, last }: TrailRepair) => ({
  steps: steps.map((step) =>
    step.kind === 'write' ? `write ${step.key} from ${step.from}` : `aside ${step.key}`,
  ),
  lost,
  last,
});

type Case = {
  readonly damage: () => void;
  readonly steps?: readonly string[];
  readonly lost?: readonly string[];
  readonly last?: number | undefined;
  readonly withCopy?: true;
};

const cases: Readonly<Record<string, Case>> = {
  'nothing that is damaged': { damage: () => undefined },
  'junk at the end': { damage: () => put(entry(4)), steps: [`aside ${entry(4)}`] },
  'junk far behind the end': {
    damage: () => put(entry(999_999_999)),
    steps: [`aside ${entry(999_999_999)}`],
  },
  'a copy of an earlier version at the end': {
    damage: () => put(entry(4), bodyOf(entry(1))),
    steps: [`aside ${entry(4)}`],
  },
  'a version of another tenant at the end': {
    damage: () => put(entry(4), bodyOf(auditKey('other', 1))),
    steps: [`aside ${entry(4)}`],
  },
  'the last version replaced by junk': {
    damage: () => put(entry(3)),
    steps: [`aside ${entry(3)}`, `write ${entry(3)} from live`],
  },
  'the last version removed': {
    damage: () => remove(entry(3)),
    steps: [`write ${entry(3)} from live`],
  },
  'the last version and the live policy replaced by junk': {
    damage: () => putEach(entry(3), live),
    steps: [`aside ${entry(3)}`, `aside ${live}`, `write ${live} from trail`],
    last: 2,
  },
  'the same, with a copy': {
    damage: () => putEach(entry(3), live),
    steps: [
      ...[`aside ${entry(3)}`, `write ${entry(3)} from backup`],
      ...[`aside ${live}`, `write ${live} from trail`],
    ],
    withCopy: true,
  },
  'a version in the middle removed': { damage: () => remove(entry(2)), lost: [entry(2)] },
  'a version in the middle replaced by junk': { damage: () => put(entry(2)), lost: [entry(2)] },
  'a version in the middle replaced by another signed one': {
    damage: () => put(entry(2), bodyOf(entry(1))),
    lost: [entry(2)],
  },
  'a version in the middle removed, with a copy': {
    damage: () => remove(entry(2)),
    steps: [`write ${entry(2)} from backup`],
    withCopy: true,
  },
  'a version in the middle replaced by junk, with a copy': {
    damage: () => put(entry(2)),
    steps: [`aside ${entry(2)}`, `write ${entry(2)} from backup`],
    withCopy: true,
  },
  'everything removed, with a copy': {
    damage: () => remove(entry(1), entry(2), entry(3), live),
    steps: [
      ...[3, 2, 1].map((version) => `write ${entry(version)} from backup`),
      `write ${live} from trail`,
    ],
    withCopy: true,
  },
  'the live policy removed': { damage: () => remove(live), steps: [`write ${live} from trail`] },
  'the live policy replaced by an older one': {
    damage: () => put(live, bodyOf(entry(1))),
    steps: [`aside ${live}`, `write ${live} from trail`],
  },
  'the live policy replaced by junk': {
    damage: () => put(live),
    steps: [`aside ${live}`, `write ${live} from trail`],
  },
  'nothing that verifies': {
    damage: () => putEach(entry(1), entry(2), entry(3), live),
    lost: [entry(1), entry(2), entry(3), live],
    last: undefined,
  },
};

describe('the repair of a trail', () => {
  it.each(Object.entries(cases))('with %s is planned', async (_what, one) => {
    one.damage();
    const backup = one.withCopy ? await readTrailState(copy, 'acme') : undefined;
    const { steps = [], lost = [] } = one;
    const last = 'last' in one ? one.last : 3;
    const planned = planTrailRepair(await readTrailState(own, 'acme'), {
      backup,
      areKeysKnown: true,
    });
    expect(print(planned)).toEqual({ steps, lost, last });
  });

  it('of a deleted tenant removes the policy that somebody has put back', async () => {
    keep(own.config, policyKey('other'), bodyOf(auditKey('other', 1)));
    const planned = await findTrailRepair(own, 'other');
    expect(planned.deleted).toBe(true);
    expect(print(planned).steps).toEqual([`aside ${policyKey('other')}`]);
  });

  it('takes no deletion of another tenant for one of its own', async () => {
    await own.publish('brief');
    put(auditKey('brief', 2), bodyOf(auditKey('other', 2)));
    const planned = await findTrailRepair(own, 'brief');
    expect(print(planned)).toMatchObject({ steps: [`aside ${auditKey('brief', 2)}`], last: 1 });
  });

  it('of a name that never was a tenant sets junk aside, if the keys verify something else', async () => {
    put(auditKey('ghost', 1));
    const planned = await findTrailRepair(own, 'ghost');
    expect(print(planned)).toEqual({
      steps: [`aside ${auditKey('ghost', 1)}`],
      lost: [],
      last: undefined,
    });
    const stranger = { ...own, publishers: async () => [] };
    expect((await findTrailRepair(stranger, 'ghost')).steps).toEqual([]);
  });
});
