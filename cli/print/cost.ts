import type { Assumptions, CostEstimate } from '../../operator/cost/estimate.ts';
import type { PolicyFileCost } from '../../operator/cost/file-cost.ts';
import { type OperationShare, uncountedOperations } from '../../operator/cost/policy-cost.ts';
import { pricesRead } from '../../operator/cost/prices.ts';
import { printBytes, printCount, printNumber } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import { printNotDone } from './outcomes.ts';
import { printColumns } from './table.ts';

/** A whole number with thousands separators: `1,234,567`. */
const printBig = (count: bigint): string => count.toLocaleString('en-US');

/** A share in percent, with one decimal. */
function printPercent(part: bigint, whole: bigint): string {
  const thousandths = whole === 0n ? 0n : (part * 1_000n + whole / 2n) / whole;
  return `${(Number(thousandths) / 10).toFixed(1)} %`;
}

function printOperation({ name, steps, required, derivatives }: OperationShare, whole: bigint) {
  const ways = `${printBig(steps)} ${steps === 1n ? 'way' : 'ways'}${required ? '' : ' or none'}`;
  return `  ${name}: ${ways}, in ${printPercent(derivatives, whole)} of derivatives`;
}

const printUsd = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function printEstimate(estimate: CostEstimate, assumed: Assumptions): readonly string[] {
  const { derivatives, bytes, keptDerivatives, keptBytes, usdPerMonth } = estimate;
  const { sources, viewsPerMonth, derivativeBytes, keptDays } = assumed;
  const { renderSeconds, renderGigabytes, logOneIn } = assumed;
  const { total, ...parts } = usdPerMonth;
  const listed = Object.entries(parts).map(([name, amount]) => `${name} ${printUsd(amount)}`);
  return [
    `For ${printNumber(sources)} sources: ${printBig(derivatives)} derivatives, ${printBytes(Number(bytes))} if all are made`,
    `At ${printNumber(viewsPerMonth)} views a month, at most: ${printBig(keptDerivatives)} stored, ${printBytes(Number(keptBytes))}; USD ${printUsd(total)} a month (${listed.join(', ')})`,
    `Assumptions: ${printBytes(derivativeBytes)} per derivative, stored for ${keptDays} days; ${renderSeconds} s at ${renderGigabytes} GB per render; a log line for 1 in ${logOneIn} views and each render`,
    `Prices of ${pricesRead}, in USD, by use. CloudFront's flat-rate plans have no Lambda@Edge, so they do not apply`,
  ];
}

/** Why `--max` is not met; undefined if it is. A count that may be above the maximum fails too. */
export function printAboveMax({ cost, verdict }: PolicyFileCost, max: bigint | undefined) {
  if (max === undefined || verdict === undefined || verdict === 'within') return undefined;
  const count = `${cost.exact ? '' : 'at least '}${printBig(cost.derivativesPerSource)}`;
  const over = verdict === 'above' ? 'more than' : 'possibly more than';
  return `The policy allows ${count} derivatives per source, ${over} --max ${printBig(max)}. Narrow its rules or raise --max.`;
}

const printReporting = (until: string): string =>
  `The policy only reports until ${until}. Until then all other derivatives are made too.`;

/** The number of derivatives, how it comes about, and the estimate. */
export function printCost(
  { tenant, cost, estimate, reportUntil }: PolicyFileCost,
  assumed: Assumptions,
): string {
  const { derivativesPerSource: whole, exact, formats, operations, byPresets } = cost;
  const count = `${exact ? '' : 'at least '}${printBig(whole)}`;
  const noun = whole === 1n ? 'derivative' : 'derivatives';
  const listed = formats.map(({ format, derivatives }) => `${format} ${printBig(derivatives)}`);
  return [
    `${tenant}: ${count} ${noun} per source`,
    ...operations.map((one) => printOperation(one, whole)),
    ...(listed.length === 0 ? [] : [`  formats: ${listed.join(', ')}`]),
    ...(byPresets === 0n ? [] : [`  allowed only by presets: ${printBig(byPresets)}`]),
    `  not counted: ${uncountedOperations.join(' and ')}, which need no rule, and JSON answers`,
    ...(exact ? [] : ['  the rules overlap in too many ways to count exactly; there are more']),
    ...printEstimate(estimate, assumed),
    ...(reportUntil === undefined ? [] : [printReporting(reportUntil)]),
  ].join('\n');
}

const costHeading = ['tenant', 'derivatives/source', 'USD/month'];

const printCostRow = ({ tenant, cost, estimate }: PolicyFileCost): readonly string[] => [
  tenant,
  `${printBig(cost.derivativesPerSource)}${cost.exact ? '' : '+'}`,
  printUsd(estimate.usdPerMonth.total),
];

/** Several policies in a table, those that allow most first, and the sum of their costs. */
export function printCosts(
  outcomes: readonly TenantOutcome<PolicyFileCost>[],
  assumed: Assumptions,
  max: bigint | undefined,
): string {
  const all = resultsOf(outcomes).toSorted((a, b) =>
    a.cost.derivativesPerSource < b.cost.derivativesPerSource ? 1 : -1,
  );
  const above = all.filter((one) => printAboveMax(one, max) !== undefined);
  const total = all.reduce((sum, { estimate }) => sum + estimate.usdPerMonth.total, 0);
  return [
    ...printColumns(costHeading, all.map(printCostRow)),
    `Each with ${printNumber(assumed.sources)} sources and ${printNumber(assumed.viewsPerMonth)} views a month, at most: USD ${printUsd(total)} a month in all. One policy alone is shown in detail`,
    ...(above.length === 0
      ? []
      : [
          `${printCount(above.length, 'policy', 'policies')} may allow more than --max ${printBig(max ?? 0n)} derivatives per source: ${printNames(above.map(({ tenant }) => tenant))}`,
        ]),
    ...printNotDone(outcomes, 'counted'),
  ].join('\n');
}
