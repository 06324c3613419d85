import type { Parameter } from '../../shared/operations/parameter.ts';
import { type OperationName, rowOf } from '../../shared/operations/table.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { outcome } from '../shared/request/outcome.ts';

function largestValue([name, { control }]: readonly [string, Parameter]): readonly string[] {
  switch (control.control) {
    case 'number':
      return [`${name}_${control.max}`];
    case 'select':
      return control.options.slice(-1).map((option) => `${name}_${option}`);
    case 'color':
      return [`${name}_FF000080`];
    case 'text':
      return [];
  }
}

/**
 * The recipes of an operation with the largest value of each parameter, alone and all together. The
 * example of the row is always one of them. Invalid combinations are left out.
 */
export function largestRecipes(name: OperationName): readonly string[] {
  const row = rowOf(name);
  const values = Object.entries(row.parameters).flatMap(largestValue);
  const recipes = [...values, values.join(',')].map((text) => `${name},${text}`);
  return [
    row.example,
    ...recipes.filter((one) => outcome(() => parseOperations(one)) === 'accepted'),
  ];
}
