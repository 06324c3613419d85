import type { Operation } from '../operations/operation.ts';
import { findOperation, operationNames, rowOf } from '../operations/table.ts';
import { malformed } from '../refusal.ts';
import { decodeText } from '../url/path.ts';
import { parseSteps, type RecipeStep, type WrittenRecipe } from './recipe.ts';

/** A recipe in the query instead of the path. */
export type QueryRecipe = { readonly name: SpellingName; readonly value: string };

type Spelling = {
  /** Whether `format,webp` means `format,f_webp`: a bare value belongs to the first parameter. */
  readonly bare: boolean;
  /** The prefix of a recipe that is only the name of a preset. */
  readonly style: string | undefined;
};

/** The spellings of Alibaba OSS and of Baidu BOS. */
export const spellings = {
  'x-oss-process': { bare: true, style: 'style/' },
  'x-bce-process': { bare: false, style: undefined },
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

const prefix = 'image/';

/** Turns `format,webp` into `format,f_webp`, if the spelling allows bare values. */
function nameBareValue(written: string, { bare }: Spelling): string {
  const [called = '', first, ...more] = written.split(',');
  const name = findOperation(called);
  const [own] = name === undefined ? [] : Object.keys(rowOf(name).parameters);
  if (!bare || first === undefined || first.includes('_') || own === undefined) return written;
  return [called, `${own}_${first}`, ...more].join(',');
}

/** Whether two operations draw the same image in either order. */
function canSwap(one: Operation, other: Operation): boolean {
  if (one.order === 'free' || other.order === 'free') return true;
  const kinds = [one.order, other.order];
  return kinds.includes('moves') && kinds.includes('colours');
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
      .find((one) => place(one) > place(later) && !canSwap(rowOf(one.name), rowOf(later.name)));
    if (early !== undefined)
      throw malformed(
        `${name}: ${later.name} runs before ${early.name} here and is written after it; write ${later.name} first`,
      );
  });
}

/**
 * Reads `image/resize,w_400/format,webp` or `style/NAME`. Throws `malformed`, also for an order of
 * operations that would draw a different image.
 */
export function parseQueryRecipe({ name, value }: QueryRecipe): WrittenRecipe {
  const spelling: Spelling = spellings[name];
  const { style } = spelling;
  if (style !== undefined && value.startsWith(style))
    return parseSteps([`style,n_${value.slice(style.length)}`]);
  if (!value.startsWith(prefix))
    throw malformed(
      `${name} does not begin with ${style === undefined ? prefix : `${prefix} or ${style}`}`,
    );
  const written = value.slice(prefix.length).split('/');
  const recipe = parseSteps(written.map((one) => nameBareValue(one, spelling)));
  checkOrder(name, recipe.steps);
  return recipe;
}
