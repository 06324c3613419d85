import { beforeAll, describe, expect, it } from 'vitest';
import { readKeyAges } from '../../../operator/keys/key-ages.ts';
import { rotateTenantKeys } from '../../../operator/keys/rotation.ts';
import { readRootStates } from '../../../operator/keys/tenant-keys.ts';
import { confirm, createMemoryInstallation } from '../memory-installation.ts';

let now = Date.parse('2026-01-01T00:00:00Z');
const memory = createMemoryInstallation();
const installation = { ...memory, clock: () => now };
const open = async () => installation;
const day = 86_400_000;

describe('the ages of the kids of a tenant', () => {
  beforeAll(async () => {
    await memory.publish('acme');
    for (let at = 0; at < 20; at += 1) {
      now += day;
      if (at % 7 === 3)
        await rotateTenantKeys(open, { tenants: { operands: ['acme'], all: false } }, confirm);
      else await memory.publish('acme', { operations: { resize: { w: [at + 1] } } });
    }
  });

  it('are those of the versions that accepted them first', async () => {
    const ages = await readKeyAges(installation, 'acme', ['r1.2', 'r1.3', 'r1.4', 'r9.1']);
    expect([...ages]).toEqual([
      ['r1.2', '2026-01-05T00:00:00.000Z'],
      ['r1.3', '2026-01-12T00:00:00.000Z'],
      ['r1.4', '2026-01-19T00:00:00.000Z'],
      ['r9.1', null],
    ]);
  });

  it('are read from few versions of a long trail', async () => {
    memory.config.calls.length = 0;
    await readKeyAges(installation, 'acme', ['r1.1']);
    expect(memory.config.calls.filter((call) => call.startsWith('get')).length).toBeLessThan(8);
  });
});

describe('the root keys', () => {
  it('say from which one new keys are derived', async () => {
    expect(await readRootStates(open)).toEqual([{ kid: 'r1', state: 'current' }]);
  });
});
