import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Parameter } from '../operations/parameter.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import { isTenant } from '../url/path.ts';
import { isKid } from '../url/signature.ts';
import { policySchema } from './schema.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The parts of any valibot schema that this file reads. */
type Nested = {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Nested[];
  readonly entries?: Readonly<Record<string, Nested>>;
  readonly wrapped?: Nested;
  readonly default?: unknown;
  readonly item?: Nested;
  readonly key?: Nested;
  readonly value?: Nested;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly getter?: (input: unknown) => Nested;
  readonly requirement?: unknown;
};

/** The path of a schema in the document, without list indexes. */
type Place = readonly string[];

/** The patterns that match the checking functions. A policy cannot name generation 0. */
const patterns: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [isTenant, `^(?=.{1,${limits.tenantCharacters}}$)[a-z0-9]+(?:-[a-z0-9]+)*$`],
  [isKid, '^[a-z][a-z0-9]{0,15}\\.[1-9][0-9]{0,5}$'],
]);

/** The JSON Schema keyword for each check of valibot, by the type of the checked value. */
const bounds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  array: { min_length: 'minItems', max_length: 'maxItems' },
  string: { min_length: 'minLength', max_length: 'maxLength' },
  object: { min_entries: 'minProperties', max_entries: 'maxProperties' },
  number: { min_value: 'minimum', max_value: 'maximum' },
  integer: { min_value: 'minimum', max_value: 'maximum' },
};

function keywordsOf({ type, requirement }: Nested, of: unknown): JsonSchema {
  if (type === 'integer') return { type: 'integer' };
  const pattern = requirement instanceof RegExp ? requirement.source : patterns.get(requirement);
  if (pattern !== undefined) return { pattern };
  const keyword = bounds[String(of)]?.[type];
  return keyword === undefined || typeof requirement !== 'number' ? {} : { [keyword]: requirement };
}

/**
 * Converts a schema and its checks. Checks that JSON Schema cannot express are left to `policy
 * validate`.
 */
function convertPipe([first, ...checks]: readonly Nested[], place: Place): JsonSchema {
  let made = convertInner(first, place);
  for (const check of checks) made = { ...made, ...keywordsOf(check, made['type']) };
  return made;
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf: options, ...others } = schema;
  return Array.isArray(options) && Object.keys(others).length === 0 ? options : [schema];
}

/** One of several schemas. Nested choices are flattened. */
function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const options = schemas.flatMap(alternatives);
  return options.length === 1 ? (options[0] ?? {}) : { anyOf: options };
}

/** Converts a lazy schema, which returns one schema for lists and another for other values. */
function chooseSchemas(getter: (input: unknown) => Nested, place: Place): JsonSchema {
  const forms = [getter({}), getter([])].filter(({ type }) => type !== 'never');
  return anyOf([...new Set(forms)].map((form) => convertSchema(form, place)));
}

function convertObject(entries: Readonly<Record<string, Nested>>, place: Place): JsonSchema {
  const all = Object.entries(entries);
  const properties = all.map(([name, entry]) => [name, convertField(entry, [...place, name])]);
  const required = all.filter(([, { type }]) => type !== 'optional').map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function convertRecord(
  key: Nested | undefined,
  value: Nested | undefined,
  place: Place,
): JsonSchema {
  const { pattern = '' } = convertInner(key, place);
  return {
    type: 'object',
    patternProperties: { [String(pattern)]: convertInner(value, place) },
    additionalProperties: false,
  };
}

/** A value in a rule. valibot calls `read` of the parameter; `control` has the same limits as data. */
function convertListedValue({ control }: Parameter): JsonSchema {
  if (control.control === 'select') return { enum: control.options };
  if (control.control === 'number')
    return { type: 'integer', minimum: control.min, maximum: control.max };
  // Canonical text has no alpha of FF.
  if (control.control === 'color')
    return { type: 'string', pattern: '^[0-9A-F]{6}(?:(?!FF)[0-9A-F]{2})?$' };
  return { type: 'string' };
}

function parameterAt([group, name, own, ...within]: Place): Parameter | undefined {
  return group === 'operations' && own !== undefined && within.length === 0
    ? rowOf(name as OperationName).parameters[own]
    : undefined;
}

function convertCustom(place: Place): JsonSchema {
  const parameter = parameterAt(place);
  return parameter === undefined ? {} : convertListedValue(parameter);
}

/** The conversion for each type of valibot schema. */
const kinds: Readonly<Record<string, (schema: Nested, place: Place) => JsonSchema>> = {
  ...Object.fromEntries(
    ['string', 'number', 'boolean', 'null'].map((type) => [type, () => ({ type })]),
  ),
  picklist: ({ options }) => ({ enum: options }),
  literal: ({ literal }) => ({ const: literal }),
  strict_object: ({ entries = {} }, place) => convertObject(entries, place),
  record: ({ key, value }, place) => convertRecord(key, value, place),
  array: ({ item }, place) => ({ type: 'array', items: convertInner(item, place) }),
  optional: ({ wrapped }, place) => convertInner(wrapped, place),
  nullable: ({ wrapped }, place) => anyOf([convertInner(wrapped, place), { type: 'null' }]),
  union: ({ options = [] }, place) =>
    anyOf(options.map((option) => convertSchema(option as Nested, place))),
  lazy: ({ getter }, place) => (getter === undefined ? {} : chooseSchemas(getter, place)),
  custom: (_schema, place) => convertCustom(place),
};

const convertInner = (schema: Nested | undefined, place: Place): JsonSchema =>
  schema === undefined ? {} : convertSchema(schema, place);

/** Converts a schema to JSON Schema. A type that is unknown here allows every value. */
function convertSchema(schema: Nested, place: Place): JsonSchema {
  const { type, pipe } = schema;
  return pipe === undefined ? (kinds[type]?.(schema, place) ?? {}) : convertPipe(pipe, place);
}

/** The description of a field: its own, or the one in the operations table. */
function descriptionOf(schema: Nested, place: Place): string | undefined {
  const [group, name, own] = place;
  const parameter = parameterAt(place);
  if (parameter !== undefined) {
    const { about, expects, fallback } = parameter;
    return `${about}; ${expects}${fallback === undefined ? '' : `; default ${fallback}`}`;
  }
  if (group === 'operations' && name !== undefined && own === undefined)
    return rowOf(name as OperationName).summary;
  return v.getDescription(schema as unknown as v.GenericSchema);
}

/** Converts a field of an object, with the description and default that editors show. */
function convertField(schema: Nested, place: Place): JsonSchema {
  const description = descriptionOf(schema.wrapped ?? schema, place);
  return {
    ...(description === undefined ? {} : { description }),
    ...convertSchema(schema, place),
    ...(schema.default === undefined ? {} : { default: schema.default }),
  };
}

/** Fields that exist only in files. Publishing resolves them. */
const fileFields = {
  $schema: { description: 'Path or URL of this schema, for editors', type: 'string' },
  extends: {
    description:
      'Base files that this file extends: a path or a list of paths, relative to this file. Later bases win. null removes an operation or preset of a base.',
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** The fields whose entries a file can remove with null if it extends another. */
export const removableIn = ['operations', 'presets'] as const;

function allowNull({ description, ...schema }: JsonSchema): JsonSchema {
  const wider = anyOf([schema, { type: 'null' }]);
  return description === undefined ? wider : { description, ...wider };
}

function allowRemoval(group: JsonSchema): JsonSchema {
  const keyword = group['properties'] === undefined ? 'patternProperties' : 'properties';
  const entries = Object.entries(group[keyword] as Readonly<Record<string, JsonSchema>>);
  const wider = entries.map(([name, schema]) => [name, allowNull(schema)]);
  return { ...group, [keyword]: Object.fromEntries(wider) };
}

const nonNullEntries = { additionalProperties: { type: ['object', 'array', 'string'] } };

/** A file that extends no other has a tenant and has nothing to remove with null. */
const requireGroup = (group: 'operations' | 'presets', own: JsonSchema): JsonSchema => ({
  required: ['tenant', group],
  properties: {
    operations: nonNullEntries,
    presets: nonNullEntries,
    [group]: { ...nonNullEntries, ...own },
  },
});

/**
 * The JSON Schema (draft 2020-12) of a policy file, for editors. Every file that can be published is
 * valid under it. What it cannot express, such as the recipe of a preset, is left to
 * `policy validate`.
 */
export function policyJsonSchema(): JsonSchema {
  const { entries } = policySchema as unknown as Nested;
  const { type, properties, additionalProperties } = convertObject(entries ?? {}, []);
  const derived = properties as Readonly<Record<string, JsonSchema>>;
  const groups = removableIn.map((name) => [name, allowRemoval(derived[name] ?? {})]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: "A tenant's policy",
    type,
    properties: { ...fileFields, ...derived, ...Object.fromEntries(groups) },
    additionalProperties,
    anyOf: [
      { required: ['extends'] },
      requireGroup('operations', {}),
      requireGroup('presets', { minProperties: 1 }),
    ],
  };
}
