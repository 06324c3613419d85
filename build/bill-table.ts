import { type Bill, monthlyBill, trafficSizes } from '../operator/cost/bill.ts';
import { pricesRead } from '../operator/cost/prices.ts';
import { row } from './markdown.ts';

/* The monthly bill in docs/deploying.md. */

const whole = (count: number | bigint): string => count.toLocaleString('en-US');

const dollars = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const lines: readonly (readonly [what: string, (bill: Bill) => string])[] = [
  ['sources', ({ traffic }) => whole(traffic.sources)],
  ['views', ({ traffic }) => whole(traffic.viewsPerMonth)],
  ['Regions near viewers', ({ traffic }) => whole(traffic.regions)],
  ['stored images, at most', ({ estimate }) => whole(estimate.keptDerivatives)],
  ['CloudFront: bytes to viewers', ({ usdPerMonth }) => dollars(usdPerMonth.delivery)],
  ['CloudFront: requests', ({ usdPerMonth }) => dollars(usdPerMonth.requests)],
  ['viewer-request', ({ usdPerMonth }) => dollars(usdPerMonth.invocations)],
  ['origin-response, with its reads and writes', ({ usdPerMonth }) => dollars(usdPerMonth.renders)],
  ['storage of images', ({ usdPerMonth }) => dollars(usdPerMonth.storage)],
  ['lines of logs', ({ usdPerMonth }) => dollars(usdPerMonth.logs)],
  ['three secrets', ({ usdPerMonth }) => dollars(usdPerMonth.secrets)],
  ['alarms, dashboard and metrics', ({ usdPerMonth }) => dollars(usdPerMonth.monitoring)],
  ['**USD a month, at most**', ({ usdPerMonth }) => `**${dollars(usdPerMonth.total)}**`],
];

/** The bill of a small, a medium and a large installation, as a table. */
export function billTable(): string {
  const bills = Object.values(trafficSizes).map(monthlyBill);
  const rows = lines.map(([what, show]) => [what, ...bills.map(show)]);
  const table = [
    [`prices of ${pricesRead}`, ...Object.keys(trafficSizes)],
    ['---', ...bills.map(() => '---:')],
    ...rows,
  ];
  return table.map((cells) => row(...cells)).join('\n');
}
