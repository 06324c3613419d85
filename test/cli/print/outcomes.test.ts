import { expect, it } from 'vitest';
import { outcomesExit } from '../../../cli/print/outcomes.ts';
import { type FailureCode, OperatorFailure } from '../../../operator/failure.ts';
import type { TenantOutcome } from '../../../operator/tenants/outcomes.ts';

const failed = (code: FailureCode): TenantOutcome<object> => ({
  ...{ tenant: 'acme', state: 'failed', failure: new OperatorFailure(code, 'it failed') },
});
const done = { tenant: 'shop', state: 'done', result: {} } as const;
const left = { tenant: 'zoo', state: 'left' } as const;

const cases: readonly (readonly [string, readonly TenantOutcome<object>[], number])[] = [
  ['all are done', [done, done], 0],
  ['one was refused', [done, failed('conflict')], 1],
  ['one failed as wrong usage', [failed('usage'), done], 1],
  ['some were not begun', [done, left], 1],
  ['the installation stopped answering', [failed('conflict'), failed('unreachable'), left], 3],
];

it.each(cases)('several tenants, when %s, have an exit code', (_what, outcomes, exit) => {
  expect(outcomesExit(outcomes)).toBe(exit);
});
