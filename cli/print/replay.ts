import { maxLineBytes } from '../../operator/logs/line-splitter.ts';
import { printCount, printNumber } from '../../operator/quantity.ts';
import { type UndecidedReason, undecidedReasons } from '../../operator/replay/decision.ts';
import type { RefusedRecipes, ReplayReport } from '../../operator/replay/replay-report.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { resultsOf, type TenantOutcome } from '../../operator/tenants/outcomes.ts';
import { printNotDone } from './outcomes.ts';
import { printColumns } from './table.ts';

type Row = readonly [label: string, count: number, about?: string];

const widthOf = (rows: readonly Row[]): number =>
  Math.max(...rows.map(([label]) => label.length + 1));

const printRow = ([label, count, about]: Row, width: number): string =>
  `  ${`${label}:`.padEnd(width)} ${printNumber(count)}${about === undefined ? '' : ` (${about})`}`;

const printAtLeast = ({
  count,
  more,
}: {
  readonly count: number;
  readonly more: boolean;
}): string => `${more ? 'more than ' : ''}${printNumber(count)}`;

function printRefused({ code, requests, recipes, distinctRecipes }: RefusedRecipes): string {
  const others = distinctRecipes.more || distinctRecipes.count > recipes.length;
  return [
    `  ${code}: ${printNumber(requests)}`,
    ...recipes.map((one) => `    ${printNumber(one.requests)} × ${one.recipe || 'no operation'}`),
    ...(others ? [`    and others: ${printAtLeast(distinctRecipes)} recipes in total`] : []),
  ].join('\n');
}

const reportedRow = ({ reported }: ReplayReport): Row => [
  'only reported',
  reported,
  'refused when report mode ends',
];

/** The requests and lines that say nothing about the policy. Rows with 0 are left out. */
function otherRows(report: ReplayReport): readonly Row[] {
  const undecided = Object.entries(report.undecided) as readonly [UndecidedReason, number][];
  const rows: readonly Row[] = [
    ['other tenants', report.otherTenants],
    ...undecided.map(([why, count]): Row => [`not decided, ${why}`, count, undecidedReasons[why]]),
    ['unreadable lines', report.unreadable],
    [`lines over ${maxLineBytes / 1_024} KB`, report.tooLong],
  ];
  return rows.filter(([, count]) => count > 0);
}

/** The report as text. */
export function printReplay(report: ReplayReport): string {
  const { before, after } = report.keysAtMost;
  const rows: readonly Row[] = [
    ['still allowed', report.stillAllowed],
    ['newly refused', report.newlyRefused],
    ['newly allowed', report.newlyAllowed],
    ['refused before and after', report.refusedBeforeAndAfter],
    ...(report.reported > 0 ? [reportedRow(report)] : []),
  ];
  const others = otherRows(report);
  const width = widthOf([...rows, ...others]);
  return [
    `${report.tenant}: ${printCount(report.requests, 'request')} decided`,
    ...rows.map((row) => printRow(row, width)),
    `  keys: at most ${printAtLeast(before)} before, ${printAtLeast(after)} after; f_auto counts once for each format it can become`,
    ...(report.newlyRefusedBy.length > 0 ? ['Newly refused, by code and recipe'] : []),
    ...report.newlyRefusedBy.map(printRefused),
    ...(others.length > 0 ? ['Not compared'] : []),
    ...others.map((row) => printRow(row, width)),
  ].join('\n');
}

const replayHeading = ['tenant', 'decided', 'newly refused', 'newly allowed', 'first reason'];

const printReplayRow = (report: ReplayReport): readonly string[] => {
  const [first] = report.newlyRefusedBy;
  const [recipe] = first?.recipes ?? [];
  return [
    report.tenant,
    printNumber(report.requests),
    printNumber(report.newlyRefused),
    printNumber(report.newlyAllowed),
    first === undefined ? '' : `${first.code} ${recipe?.recipe ?? ''}`.trimEnd(),
  ];
};

const isChanged = ({ newlyRefused, newlyAllowed }: ReplayReport): boolean =>
  newlyRefused + newlyAllowed > 0;

/** Several reports: a table of the tenants with changes, and the number of the others. */
export function printReplays(outcomes: readonly TenantOutcome<ReplayReport>[]): string {
  const reports = resultsOf(outcomes);
  const changed = reports
    .filter(isChanged)
    .toSorted((a, b) => b.newlyRefused - a.newlyRefused || b.newlyAllowed - a.newlyAllowed);
  const same = reports.filter((report) => !isChanged(report));
  const decided = same.reduce((sum, { requests }) => sum + requests, 0);
  return [
    ...(changed.length === 0 ? [] : printColumns(replayHeading, changed.map(printReplayRow))),
    ...(same.length === 0
      ? []
      : [
          `${printCount(same.length, 'tenant')} unchanged (${printCount(decided, 'request')}): ${printNames(same.map(({ tenant }) => tenant))}`,
        ]),
    ...printNotDone(outcomes, 'compared'),
  ].join('\n');
}
