import type { Layer, ResolvedPolicy } from './policy-extends.ts';
import { isGroup, ownField, replacedWhole } from './policy-merge.ts';

/** Whether a file says what is at a path, such as `operations.resize.0.w`. */
function hasField({ document }: Layer, path: string): boolean {
  if (Object.hasOwn(document, path)) return true;
  const [name = '', ...inner] = path.split('.');
  const value = ownField(document, name);
  if (value === undefined) return false;
  if (inner.length === 0 || !isGroup(value) || replacedWhole.has(name)) return true;
  // The names of presets may contain dots.
  const rest = inner.join('.');
  return Object.keys(value).some((field) => `${rest}.`.startsWith(`${field}.`));
}

/** The file that has to be edited to change what a policy has at a path. A field that is missing is of the policy itself. */
export function originOf({ file, layers }: ResolvedPolicy, path: string): string {
  const origin = path === '' ? undefined : layers.findLast((layer) => hasField(layer, path));
  return origin?.file ?? file;
}
