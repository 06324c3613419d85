import type { Assumptions, CostEstimate } from '../../operator/cost/estimate.ts';
import type { OperationShare, PolicyCost } from '../../operator/cost/policy-cost.ts';
import { pricesRead } from '../../operator/cost/prices.ts';
import { printBytes, printNumber } from '../base/quantity.ts';

/** A number of any size as people read it: `1,234,567`. */
export const groupedBig = (count: bigint): string => count.toLocaleString('en-US');

/** One part of another in per cent, to a tenth. */
function perCent(part: bigint, whole: bigint): string {
  const thousandths = whole === 0n ? 0n : (part * 1_000n + whole / 2n) / whole;
  return `${(Number(thousandths) / 10).toFixed(1)} %`;
}

function operationLine({ name, steps, required, derivatives }: OperationShare, whole: bigint) {
  const ways = `${groupedBig(steps)} ${steps === 1n ? 'way' : 'ways'}${required ? '' : ' or left out'}`;
  return `  ${name}: ${ways}, in ${perCent(derivatives, whole)} of them`;
}

const usd = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function estimateLines(estimate: CostEstimate, assumed: Assumptions): readonly string[] {
  const { derivatives, bytes, keptDerivatives, keptBytes, usdPerMonth } = estimate;
  const { sources, viewsPerMonth, derivativeBytes, keptDays } = assumed;
  const { renderSeconds, renderGigabytes } = assumed;
  const { storage, renders, views, total } = usdPerMonth;
  return [
    `Of ${printNumber(sources)} sources: ${groupedBig(derivatives)} derivatives, ${printBytes(Number(bytes))} if every one is made`,
    `At ${printNumber(viewsPerMonth)} views a month, at most: ${groupedBig(keptDerivatives)} kept, ${printBytes(Number(keptBytes))}; USD ${usd(total)} a month (storage ${usd(storage)}, renders ${usd(renders)}, views ${usd(views)})`,
    `Assumed: ${printBytes(derivativeBytes)} a derivative, kept for ${keptDays} days; ${renderSeconds} s of ${renderGigabytes} GB a render`,
    `Prices of ${pricesRead}, in USD`,
  ];
}

/** What a policy allows and may cost, for people. */
export function printCost(
  tenant: string,
  cost: PolicyCost,
  estimate: CostEstimate,
  assumed: Assumptions,
): string {
  const { derivativesPerSource: whole, exact, formats, operations, byPresets } = cost;
  const count = `${exact ? '' : 'at least '}${groupedBig(whole)}`;
  const noun = whole === 1n ? 'derivative' : 'derivatives';
  const listed = formats.map(({ format, derivatives }) => `${format} ${groupedBig(derivatives)}`);
  return [
    `${tenant}: ${count} ${noun} of each source`,
    ...operations.map((one) => operationLine(one, whole)),
    ...(listed.length === 0 ? [] : [`  formats: ${listed.join(', ')}`]),
    ...(byPresets === 0n ? [] : [`  presets alone allow ${groupedBig(byPresets)} of them`]),
    ...(exact ? [] : ['  the rules overlap in too many ways to count all; there are more']),
    ...estimateLines(estimate, assumed),
  ].join('\n');
}
