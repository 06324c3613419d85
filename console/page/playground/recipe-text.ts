/* The recipe as the controls change it: operations as a URL writes them, each as its parameters. */

/** The parameters of one operation, as text. */
export type RecipeParameters = Readonly<Record<string, string>>;

export const nameOf = (operation: string): string => operation.split(',')[0] ?? '';

/** Reads `resize,m_fill,w_400`. A value may contain an underscore. */
export const parametersIn = (operation: string): RecipeParameters =>
  Object.fromEntries(
    operation
      .split(',')
      .slice(1)
      .map((pair) => {
        const at = pair.indexOf('_');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );

export const printOperation = (name: string, parameters: RecipeParameters): string =>
  [
    name,
    ...Object.entries(parameters).flatMap(([own, value]) =>
      value === '' ? [] : [`${own}_${value}`],
    ),
  ].join(',');

export const findIn = (operations: readonly string[], name: string): string | undefined =>
  operations.find((one) => nameOf(one) === name);

/** Replaces the operation of this name, adds it, or takes it out. */
export function withOperation(
  operations: readonly string[],
  name: string,
  operation: string | undefined,
): readonly string[] {
  const at = operations.findIndex((one) => nameOf(one) === name);
  const kept = operations.filter((one) => nameOf(one) !== name);
  if (operation === undefined) return kept;
  return at < 0
    ? [...operations, operation]
    : operations.map((one, own) => (own === at ? operation : one));
}

/** As the address of the page has it: a slash is in no operation. */
export const recipeText = (operations: readonly string[]): string => operations.join('/');
export const readRecipeText = (text: string): readonly string[] =>
  text === '' ? [] : text.split('/').filter((one) => one !== '');
