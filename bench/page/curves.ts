import { escapeXml } from '../../local/s3/wire/xml.ts';
import type { Row } from '../table.ts';
import { svg } from './svg.ts';

const size = { width: 760, height: 420 } as const;
const plot = { left: 60, right: 640, top: 30, bottom: 360 } as const;

type Point = { readonly at: number; readonly figure: number };
type Series = readonly [name: string, points: readonly Point[]];

/** The points of rows, by the names of their series in the order of the rows. */
export function seriesOf(rows: readonly Row[]): readonly Series[] {
  const series = new Map<string, Point[]>();
  for (const { point, figure } of rows) {
    if (point === undefined || !Number.isFinite(figure)) continue;
    const points = series.get(point.series) ?? [];
    points.push({ at: point.at, figure });
    series.set(point.series, points);
  }
  return [...series].map(([name, points]) => [name, points.toSorted((a, b) => a.at - b.at)]);
}

const extent = (values: readonly number[]): { readonly from: number; readonly to: number } => ({
  from: Math.floor(Math.min(...values) / 10) * 10,
  to: Math.ceil(Math.max(...values) / 10) * 10,
});

type Range = ReturnType<typeof extent>;

const place = (value: number, { from, to }: Range, start: number, end: number): number =>
  Number((start + ((value - from) / Math.max(1, to - from)) * (end - start)).toFixed(1));

const tens = ({ from, to }: Range): readonly number[] =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, at) => from + at * 10);

function drawAxes(x: Range, y: Range, axes: { readonly at: string; readonly figure: string }) {
  const { left, right, top, bottom } = plot;
  const columns = tens(x).map((value) => {
    const at = place(value, x, left, right);
    return `<text class="quiet" x="${at}" y="${bottom + 20}" text-anchor="middle">${value}</text>`;
  });
  const lines = tens(y).flatMap((value) => {
    const at = place(value, y, bottom, top);
    return [
      `<line class="axis" x1="${left}" y1="${at}" x2="${right}" y2="${at}" opacity="0.35"/>`,
      `<text class="quiet" x="${left - 8}" y="${at + 4}" text-anchor="end">${value}</text>`,
    ];
  });
  return [
    ...lines,
    ...columns,
    `<text class="quiet" x="${left}" y="16">${escapeXml(axes.figure)}</text>`,
    `<text class="quiet" x="${(left + right) / 2}" y="${bottom + 44}" text-anchor="middle">${escapeXml(axes.at)}</text>`,
  ];
}

/** Draws the points of rows as curves; undefined if there are none. */
export function drawCurves(
  title: string,
  rows: readonly Row[],
  axes: { readonly at: string; readonly figure: string },
): string | undefined {
  const series = seriesOf(rows);
  const points = series.flatMap(([, all]) => all);
  if (points.length === 0) return undefined;
  const [x, y] = [extent(points.map(({ at }) => at)), extent(points.map(({ figure }) => figure))];
  const xy = ({ at, figure }: Point) => ({
    left: place(at, x, plot.left, plot.right),
    top: place(figure, y, plot.bottom, plot.top),
  });
  const drawn = series.flatMap(([name, all], index) => {
    const places = all.map(xy);
    const line = places.map(({ left, top }) => `${left},${top}`).join(' ');
    const legend = plot.top + 10 + index * 22;
    return [
      `<polyline class="line s${index % 3}" points="${line}"/>`,
      ...places.map(
        (one) => `<circle class="s${index % 3}" cx="${one.left}" cy="${one.top}" r="3.5"/>`,
      ),
      `<circle class="s${index % 3}" cx="${plot.right + 20}" cy="${legend - 4}" r="5"/>`,
      `<text x="${plot.right + 32}" y="${legend}">${escapeXml(name)}</text>`,
    ];
  });
  const names = series.map(([name]) => name).join(', ');
  const description = `${axes.figure} over ${axes.at}, of ${names}.`;
  return svg({ ...size, title, description, elements: [...drawAxes(x, y, axes), ...drawn] });
}
