import { beforeEach, describe, expect, it } from 'vitest';
import { type LogLine, printLine } from '../../../edge/log-line.ts';
import { diagnose } from '../../../operator/doctor/doctor.ts';
import { temporaryFolder } from '../logs/access-logs.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const folder = temporaryFolder();
const now = Date.parse('2026-08-10T12:00:00Z');
const dayMs = 86_400_000;

const rendered = (tenant: string, daysAgo: number): string => {
  const fields = { function: 'origin-response', outcome: 'rendered', level: 'info', tenant };
  const line = { ...fields, requestId: 'a', renderMilliseconds: 5 } as LogLine;
  return `${printLine(line, now - daysAgo * dayMs, { metrics: 'Signet', weight: 1 })}\n`;
};

let installation: ReturnType<typeof createMemoryInstallation>;
beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme', { budget: { rendersPerDay: 1 } });
  await installation.publish('shop', { budget: { rendersPerDay: 9 } });
  await installation.publish('free');
});

async function budgetFindings(edgeLog?: string) {
  const log = edgeLog === undefined ? {} : { edgeLog };
  const open = async () => ({ ...(await installation.open()), ...log, clock: () => now });
  return (await diagnose(open)).filter(({ check }) => check === 'budget');
}

describe('doctor, of budgets', () => {
  it('finds the last day on which a tenant rendered more, in the log and the one before', async () => {
    const lines = ['acme', 'shop', 'free'].flatMap((tenant) =>
      [0, 1, 1].map((ago) => rendered(tenant, ago)),
    );
    await folder.write('edge.log.1', rendered('acme', 3) + rendered('acme', 3));
    const log = await folder.write('edge.log', lines.join(''));
    const excess = { day: '2026-08-09', renders: 2, rendersPerDay: 1 };
    expect(await budgetFindings(log)).toEqual([
      {
        check: 'budget',
        tenant: 'acme',
        ok: false,
        problem: { kind: 'budget_exceeded', ...excess },
      },
    ]);
  });

  it.each([
    ['an old day', rendered('acme', 20).repeat(3)],
    ['a log without requests', 'cloudfront: started\n'],
    ['an empty log', ''],
  ])('finds nothing for %s', async (what, text) => {
    expect(await budgetFindings(await folder.write(what, text))).toEqual([]);
  });

  it('says how where the log is not on this machine', async () => {
    expect(await budgetFindings()).toEqual([
      { check: 'budget', ok: true, state: { kind: 'budgets_not_compared', tenants: 2 } },
    ]);
  });
});
