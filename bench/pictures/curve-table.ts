import { median } from '../median.ts';
import type { Row, Table } from '../table.ts';
import type { DrawnPicture } from './answer-jobs.ts';
import { type MeasuredPicture, type Measuring, withMeasuring } from './measuring.ts';

const width = 800;
const qualities = [40, 50, 60, 70, 80, 90, 95] as const;
const types = { JPEG: 'jpg', WebP: 'webp', AVIF: 'avif' } as const;
type TypeName = keyof typeof types;
const names = Object.keys(types) as TypeName[];

/** The pictures of all photographs, by type and quality. */
type Measured = Readonly<Record<TypeName, ReadonlyMap<number, readonly MeasuredPicture[]>>>;

async function measureType({ measure, sceneOf, photographs }: Measuring): Promise<Measured> {
  const measured = { JPEG: new Map(), WebP: new Map(), AVIF: new Map() } as Record<
    TypeName,
    Map<number, MeasuredPicture[]>
  >;
  for (const source of photographs) {
    const scene = await sceneOf(source, width);
    for (const quality of qualities)
      for (const name of names) {
        const picture = await measure('signet', scene, { type: types[name], quality });
        const { [name]: pictures } = measured;
        pictures.set(quality, [...(pictures.get(quality) ?? []), picture]);
      }
  }
  return measured;
}

const scoreAt = (measured: Measured, name: TypeName, quality: number): number =>
  median((measured[name].get(quality) ?? []).map(({ score }) => score));

/** The distance between the best and the worst type at a quality. */
function spreadAt(measured: Measured, quality: number): number {
  const scores = names.map((name) => scoreAt(measured, name, quality));
  return Math.max(...scores) - Math.min(...scores);
}

function bytesRow(measured: Measured, name: TypeName, quality: number): Row {
  const ours = measured[name].get(quality) ?? [];
  const jpegs: readonly DrawnPicture[] = measured.JPEG.get(quality) ?? [];
  const ratios = ours.map(({ bytes }, at) => bytes / (jpegs[at]?.bytes ?? Number.NaN));
  return {
    what: `bytes of ${name} at q ${quality} beside JPEG`,
    figure: median(ratios),
    unit: 'times',
  };
}

function curveRows(measured: Measured): readonly Row[] {
  const points = names.flatMap((name) =>
    qualities.map((at) => ({
      what: `score of ${name} at q ${at}`,
      figure: scoreAt(measured, name, at),
      unit: 'points',
      point: { series: name, at },
    })),
  );
  const others = qualities.filter((one) => one !== 80);
  const widest = Math.max(...others.map((one) => spreadAt(measured, one)));
  return [
    {
      what: 'distance of the best and the worst type at q 80',
      figure: spreadAt(measured, 80),
      unit: 'points',
      goal: 2,
    },
    { what: 'the largest distance at the other qualities', figure: widest, unit: 'points' },
    ...(['WebP', 'AVIF'] as const).map((name) => bytesRow(measured, name, 80)),
    ...points,
  ];
}

let metric = 'nothing';

/** How good each type looks at each quality. */
export const curveTable: Table = {
  name: 'curve',
  title: 'What a quality looks like in each type',
  method: `The same photographs as in the table \`bytes\`, ${width} pixels wide, drawn by Signet's renderer. The score of a
quality is the median of all photographs. One quality looks alike in each type; within one point of each other is a
distance of at most 2.`,
  axes: { at: 'q', figure: 'score' },
  measure: () =>
    withMeasuring(async (measuring) => {
      metric = measuring.metric;
      return curveRows(await measureType(measuring));
    }),
  versions: () => ({ quality: metric }),
};
