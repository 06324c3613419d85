import type { Negotiable } from '../operations/accept.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import { isRange, type Rule, type RuleTest, type ValueSet, valueSetIn } from './value-set.ts';

/** A rule that allows `auto` also allows every format that `auto` can pick. */
function withAutoFormats(formats: ValueSet, autoFormats: readonly Negotiable[]): ValueSet {
  if (isRange(formats) || !formats.includes('auto')) return formats;
  return [...formats, ...autoFormats, 'src'];
}

/** Compiles a rule of an operation. */
export function compileRule(
  name: OperationName,
  rule: Rule,
  autoFormats: readonly Negotiable[],
): RuleTest {
  return Object.entries(rowOf(name).parameters).map(([own, parameter]) => {
    const allowed = valueSetIn(rule, own, parameter);
    return [own, name === 'format' ? withAutoFormats(allowed, autoFormats) : allowed];
  });
}
