import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { printBytes, printNumber } from '../../../../operator/quantity.ts';
import type { UsageSeries } from './usage-series.ts';

/** Colours that are told apart in both themes, by people who do not see all of them, too. */
const colours = ['#2f6fde', '#d9772b', '#1c9a6c', '#b455c4', '#c23b4e', '#7a8696'] as const;

const bytesName = 'Bytes sent';

/** The day, or the first day of the month, in seconds. */
const secondsOf = (period: string): number =>
  Date.parse(`${period.length === 7 ? `${period}-01` : period}T00:00:00Z`) / 1_000;

function printValue(name: string, value: number | null): string {
  if (value === null) return '–';
  if (name === bytesName) return printBytes(value);
  return Number.isInteger(value) ? printNumber(value) : value.toFixed(2);
}

/** The colour of a token, as the canvas needs it. */
function colourOf(element: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const labelOf = (seconds: number, isMonth: boolean): string =>
  new Date(seconds * 1_000).toISOString().slice(isMonth ? 0 : 5, isMonth ? 7 : 10);

function axesOf(element: HTMLElement, drawn: UsageSeries, measure: string): uPlot.Axis[] {
  const stroke = colourOf(element, '--text-2');
  const grid = { stroke: colourOf(element, '--line'), width: 1 };
  const isMonth = drawn.periods[0]?.length === 7;
  return [
    {
      ...{ stroke, grid, ticks: grid },
      // One label for each period, never the same day twice.
      splits: (_chart, _axis, first, last) => {
        const all = drawn.periods.map(secondsOf).filter((at) => at >= first && at <= last);
        const step = Math.max(1, Math.ceil(all.length / 8));
        return all.filter((_at, index) => index % step === 0);
      },
      values: (_chart, splits) => splits.map((at) => labelOf(at, isMonth)),
    },
    {
      ...{ stroke, grid, ticks: grid, size: 70 },
      values: (_chart, splits) => splits.map((value) => printValue(measure, value)),
    },
  ];
}

/** Draws a chart into an element, and draws it again when its width changes. Returns how to remove it. */
export function drawChart(element: HTMLElement, drawn: UsageSeries, measure: string): () => void {
  const times = drawn.periods.map(secondsOf);
  const isMonth = drawn.periods[0]?.length === 7;
  // One tenant has bars, several have lines.
  const bars = drawn.series.length === 1 ? uPlot.paths.bars?.({ size: [0.6, 80] }) : undefined;
  // Half a period on both sides, so that one period alone is in the middle.
  const margin = (isMonth ? 15 : 0.5) * 86_400;
  const chart = new uPlot(
    {
      width: element.clientWidth,
      height: 220,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
      axes: axesOf(element, drawn, measure),
      scales: {
        x: { time: true, range: () => [(times[0] ?? 0) - margin, (times.at(-1) ?? 0) + margin] },
        y: { range: (_chart, _first, last) => [0, Math.max(last * 1.05, 1)] },
      },
      series: [
        {
          label: isMonth ? 'Month' : 'Day',
          value: (_chart, at) =>
            at === null ? '–' : new Date(at * 1_000).toISOString().slice(0, 10),
        },
        ...drawn.series.map(({ name }, at) => ({
          label: name,
          stroke: colours[at % colours.length] ?? colours[0],
          width: 2,
          ...(bars === undefined ? {} : { paths: bars, fill: `${colours[0]}55` }),
          points: { show: true, size: 6 },
          value: (_chart: uPlot, value: number | null) => printValue(measure, value),
        })),
      ],
    },
    [times, ...drawn.series.map(({ values }) => [...values])],
    element,
  );
  const observer = new ResizeObserver(() =>
    chart.setSize({ width: element.clientWidth, height: 220 }),
  );
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}
