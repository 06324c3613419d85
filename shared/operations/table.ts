import { averageHue, info, placeholder } from './answers.ts';
import { background } from './background.ts';
import { blur } from './blur.ts';
import { bright } from './bright.ts';
import { circle } from './circle.ts';
import { contrast } from './contrast.ts';
import { crop } from './crop.ts';
import { download } from './download.ts';
import { flip } from './flip.ts';
import { format } from './format.ts';
import { frames } from './frames.ts';
import { grayscale } from './grayscale.ts';
import { indexcrop } from './indexcrop.ts';
import { interlace } from './interlace.ts';
import type { Operation, ValuesOf } from './operation.ts';
import { orient } from './orient.ts';
import type { Parameter } from './parameter.ts';
import { quality } from './quality.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';
import { roundedCorners } from './rounded-corners.ts';
import { saturate } from './saturate.ts';
import { sharpen } from './sharpen.ts';
import { tint } from './tint.ts';
import { trim } from './trim.ts';
import { version } from './version.ts';
import { watermark } from './watermark.ts';

/**
 * Every operation, once. The order of the rows is the order in keys and the order of drawing. The
 * parser, the printer, the policy schema, authorization, the documentation and the tests are derived
 * from this table.
 */
export const operations = {
  version,
  download,
  frames,
  orient,
  trim,
  crop,
  indexcrop,
  rotate,
  flip,
  resize,
  bright,
  contrast,
  saturate,
  grayscale,
  tint,
  blur,
  sharpen,
  'rounded-corners': roundedCorners,
  circle,
  background,
  watermark,
  quality,
  interlace,
  format,
  info,
  'average-hue': averageHue,
  placeholder,
} as const;

type Rows = typeof operations;
export type OperationName = keyof Rows;
export type OperationValues<Name extends OperationName> =
  Rows[Name] extends Operation<infer P> ? ValuesOf<P> : never;

/** The names in canonical order. */
export const operationNames = Object.keys(operations) as readonly OperationName[];

/** A Map, because an object would also find `constructor` and `__proto__`. */
const byName: ReadonlyMap<string, OperationName> = new Map(
  operationNames.flatMap((name): [string, OperationName][] => {
    const row: Operation = operations[name];
    return [name, ...(row.aliases ?? [])].map((spelling) => [spelling, name]);
  }),
);

/** Finds the operation with this name or alias. */
export function findOperation(name: string): OperationName | undefined {
  return byName.get(name);
}

/** The row of an operation, typed without its own parameters. */
export function rowOf(name: OperationName): Operation {
  return operations[name];
}

const positions: ReadonlyMap<OperationName, number> = new Map(
  operationNames.map((name, at) => [name, at]),
);

/** The position of an operation in the canonical order. */
export const positionOf = (name: OperationName): number => positions.get(name) ?? 0;

type Named = readonly (readonly [name: string, parameter: Parameter])[];

/** Listed once, because every view asks for some. */
const parameterLists: ReadonlyMap<OperationName, Named> = new Map(
  operationNames.map((name) => [name, Object.entries(rowOf(name).parameters)]),
);

/** The parameters of an operation with their names, in the order in which keys print them. */
export const parametersOf = (name: OperationName): Named => parameterLists.get(name) ?? [];
