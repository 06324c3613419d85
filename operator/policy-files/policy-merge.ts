import { removableIn } from '../../shared/policy/json-schema.ts';

/** A policy file as JSON, not validated. */
export type Document = Readonly<Record<string, unknown>>;

/** Not merged field by field, because the active kid must be among the accepted ones. */
export const replacedWhole: ReadonlySet<string> = new Set(['keys']);
const removable: ReadonlySet<string> = new Set(removableIn);

/** Whether a value is a group of fields, which are merged one by one. */
export const isGroup = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field of the document itself: every object inherits names such as `constructor`. */
export const ownField = (document: Document, name: string): unknown =>
  Object.hasOwn(document, name) ? document[name] : undefined;

/** Merges two groups. A null removes an inherited field; a null without one is kept. */
function mergeGroup(name: string, inherited: Document, own: Document): Document {
  const isRemoved = (field: string): boolean =>
    removable.has(name) && own[field] === null && Object.hasOwn(inherited, field);
  const removed = new Set(Object.keys(own).filter(isRemoved));
  const all = Object.entries({ ...inherited, ...own });
  return Object.fromEntries(all.filter(([field]) => !removed.has(field)));
}

function mergeField(name: string, inherited: unknown, own: unknown): unknown {
  return isGroup(inherited) && isGroup(own) && !replacedWhole.has(name)
    ? mergeGroup(name, inherited, own)
    : own;
}

/** Merges a document over the one that it extends. */
export function mergeDocuments(inherited: Document, own: Document): Document {
  const fields = Object.entries(own).map(([name, value]) => [
    name,
    mergeField(name, ownField(inherited, name), value),
  ]);
  return { ...inherited, ...Object.fromEntries(fields) };
}
