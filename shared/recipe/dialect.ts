import type { Dialect, Owner, OwnerParameter } from '../operations/operation.ts';
import { findOperation, rowOf } from '../operations/table.ts';
import { unservedOperations } from '../operations/unserved.ts';
import { malformed } from '../refusal.ts';

/*
 * Translates an operation of OSS or BOS to the suffix. What the owners write differently is declared in the
 * rows of the operations table.
 */

/** An operation of an owner, split at its commas. */
export type OwnerOperation = {
  readonly called: string;
  readonly pairs: readonly string[];
  readonly dialect: Dialect;
};

/** Splits an operation. One comma at its end is dropped, as both owners do. */
export function splitOperation(written: string, owner: Owner): OwnerOperation {
  const [called = '', ...pairs] = written.replace(/,$/, '').split(',');
  const name = findOperation(called);
  const instead = name === undefined ? unservedOperations.get(called) : undefined;
  if (instead !== undefined) throw malformed(`${called} is not supported; ${instead}`);
  const dialect = (name && rowOf(name).dialects?.[owner]) ?? {};
  return { called, pairs, dialect };
}

/** Splits `w_400` at its first underscore. */
export function splitPair(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf('_');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function findParameter({ parameters = {} }: Dialect, name: string): OwnerParameter | undefined {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

function translatePair({ called, dialect }: OwnerOperation, pair: string): readonly string[] {
  const [name, value] = splitPair(pair);
  const parameter = findParameter(dialect, name);
  if (parameter?.refused !== undefined) throw malformed(`${called}: ${parameter.refused}`);
  if (parameter?.read === undefined || value === '') return [pair];
  return Object.entries(parameter.read(value)).map((own) => own.join('_'));
}

/** The defaults of the owner for parameters that are left out. */
export const missingDefaults = ({ pairs, dialect }: OwnerOperation) =>
  Object.entries(dialect.defaults ?? {}).filter(
    ([name]) => !pairs.some((pair) => pair.startsWith(`${name}_`)),
  );

/** Leaves out what the owner ignores next to other parameters. */
function withoutIgnored({ pairs, dialect: { rivals = [] } }: OwnerOperation): readonly string[] {
  const isWritten = (name: string): boolean => pairs.some((pair) => splitPair(pair)[0] === name);
  const first = rivals.findIndex((names) => names.some(isWritten));
  const ignored = rivals.slice(first + 1).flat();
  return pairs.filter((pair) => !ignored.includes(splitPair(pair)[0]));
}

/** Translates one operation of an owner to the suffix. Throws `malformed`, and then names what to write. */
export function translateOperation(written: string, owner: Owner): string {
  const operation = splitOperation(written, owner);
  const pairs = withoutIgnored(operation).flatMap((pair) => translatePair(operation, pair));
  const defaults = missingDefaults(operation).map((pair) => pair.join('_'));
  return [operation.called, ...pairs, ...defaults].join(',');
}
