import type { Operation, Order, Owner } from '../operations/operation.ts';
import { findOperation, operationNames, rowOf } from '../operations/table.ts';
import { droppedOperations } from '../operations/unserved.ts';
import { malformed } from '../refusal.ts';
import { decodeText } from '../url/path.ts';
import { translateOperation } from './dialect.ts';
import { joinFill } from './fill.ts';
import { parseSteps, type RecipeStep, type WrittenRecipe } from './recipe.ts';

/** A recipe in the query instead of the path. */
export type QueryRecipe = { readonly name: SpellingName; readonly value: string };

type Spelling = {
  readonly owner: Owner;
  /** Whether `format,webp` means `format,f_webp`: a bare value belongs to the first parameter. */
  readonly bare: boolean;
};

/** The spellings of Alibaba OSS and of Baidu BOS. */
export const spellings = {
  'x-oss-process': { owner: 'OSS', bare: true },
  'x-bce-process': { owner: 'BOS', bare: false },
} as const satisfies Readonly<Record<string, Spelling>>;
export type SpellingName = keyof typeof spellings;
export const spellingNames = Object.keys(spellings) as readonly SpellingName[];

/**
 * Reads a recipe from a URL of OSS or BOS, such as `x-oss-process=image/resize,w_400`, with or without
 * a question mark. Escapes are decoded. Returns undefined for any other text. Throws `malformed`.
 */
export function readQuerySpelling(text: string): QueryRecipe | undefined {
  const written = text.startsWith('?') ? text.slice(1) : text;
  const name = spellingNames.find((one) => written.startsWith(`${one}=`));
  if (name === undefined) return undefined;
  return { name, value: decodeText(written.slice(name.length + 1), `the value of ${name}`) };
}

const image = 'image/';
/** Begins a recipe that is only the name of a preset. */
const style = 'style/';

/** Turns `format,webp` into `format,f_webp`, if the spelling allows bare values. */
function nameBareValue(written: string, { bare }: Spelling): string {
  const [called = '', first = '', ...more] = written.split(',');
  const name = findOperation(called);
  const [own] = name === undefined ? [] : Object.keys(rowOf(name).parameters);
  if (!bare || first === '' || first.includes('_') || own === undefined) return written;
  return [called, `${own}_${first}`, ...more].join(',');
}

/** The operations of a recipe that begins with `image/`, as the owner writes them, with every value named. */
export function ownerOperations({ name, value }: QueryRecipe): readonly string[] {
  if (!value.startsWith(image)) return [];
  const written = value.slice(image.length).split('/');
  return written.map((one) => nameBareValue(one, spellings[name]));
}

/** The pairs of kinds that draw the same image in either order. */
const swaps: readonly (readonly [Order, Order])[] = [
  ['moves', 'colours'],
  ['scales', 'relative'],
];

function orderOf({ name, values }: RecipeStep): Order | undefined {
  const row: Operation = rowOf(name);
  return row.order ?? row.orderOf?.(values);
}

/** Whether two steps draw the same image in either order. */
function canSwap(one: RecipeStep, other: RecipeStep): boolean {
  const kinds = [orderOf(one), orderOf(other)];
  return kinds.includes('free') || swaps.some((pair) => pair.every((kind) => kinds.includes(kind)));
}

/**
 * OSS and BOS run operations in written order, Signet in the order of the table. An order that would
 * draw a different image is refused.
 */
function checkOrder(name: SpellingName, steps: readonly RecipeStep[]): void {
  const place = (step: RecipeStep): number => operationNames.indexOf(step.name);
  steps.forEach((later, at) => {
    const early = steps
      .slice(0, at)
      .find((one) => place(one) > place(later) && !canSwap(one, later));
    if (early !== undefined)
      throw malformed(
        `${name}: ${later.name} runs before ${early.name} here and is written after it; write ${later.name} first`,
      );
  });
}

function checkPrefix({ name, value }: QueryRecipe): void {
  if (!value.startsWith(image))
    throw malformed(
      `${name} does not begin with ${image} or ${style}; write ${image} and the operations, or ${style} and the name of a preset`,
    );
  if (value.includes('|'))
    throw malformed(
      `${name} has a |; write / between operations, and leave out sys/saveas, because Signet stores every image`,
    );
}

/**
 * Reads `image/resize,w_400/format,webp` or `style/NAME`. Throws `malformed`, also for an order of
 * operations that would draw a different image.
 */
export function parseQueryRecipe(query: QueryRecipe): WrittenRecipe {
  const { name, value } = query;
  if (value.startsWith(style)) return parseSteps([`style,n_${value.slice(style.length)}`]);
  checkPrefix(query);
  const { owner } = spellings[name];
  const written = ownerOperations(query)
    .filter((one) => !droppedOperations.has(one))
    .map((one) => translateOperation(one, owner));
  const { steps } = parseSteps(joinFill(written));
  checkOrder(name, steps);
  return { steps };
}
