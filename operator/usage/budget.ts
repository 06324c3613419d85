import { type Day, printDay } from './day.ts';
import type { UsageTally } from './usage-tally.ts';

/** A tenant that rendered more on a day (UTC) than `budget.rendersPerDay` of its policy. */
export type BudgetExcess = {
  readonly tenant: string;
  readonly day: string;
  readonly renders: number;
  readonly rendersPerDay: number;
};

/** Finds the days above a budget, by tenant and day. A day that has not ended can only get further above. */
export function findExcess(
  { tenants }: UsageTally,
  budgets: ReadonlyMap<string, number>,
): readonly BudgetExcess[] {
  const byDay = ([one]: readonly [Day, unknown], [other]: readonly [Day, unknown]) => one - other;
  return [...budgets]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([tenant, rendersPerDay]) =>
      [...(tenants.get(tenant) ?? [])]
        .filter(([, { renders }]) => renders > rendersPerDay)
        .toSorted(byDay)
        .map(([day, { renders }]) => ({ tenant, day: printDay(day), renders, rendersPerDay })),
    );
}
