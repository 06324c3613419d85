import { type JsonSchema, policyJsonSchema } from '../../../../shared/policy/json-schema.ts';

/* What the form is made of: the JSON Schema of a policy, read as controls. */

/** The keywords that the form reads. */
export type FieldSchema = {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly patternProperties?: Readonly<Record<string, FieldSchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
};

export type FieldKind =
  | 'group'
  | 'map'
  | 'choice'
  | 'choices'
  | 'lines'
  | 'switch'
  | 'number'
  | 'text'
  | 'json';

/** A field as the form shows it. */
export type FormField = {
  readonly kind: FieldKind;
  readonly schema: FieldSchema;
  /** Whether null is a value of it. */
  readonly nullable: boolean;
};

const kindsByType: Readonly<Record<string, FieldKind>> = {
  boolean: 'switch',
  integer: 'number',
  number: 'number',
  string: 'text',
};

function kindOf({ properties, patternProperties, type, items, ...schema }: FieldSchema): FieldKind {
  if (properties !== undefined) return 'group';
  if (patternProperties !== undefined) return 'map';
  if (schema.enum !== undefined) return 'choice';
  if (type === 'array') return items?.enum === undefined ? 'lines' : 'choices';
  return kindsByType[type ?? ''] ?? 'json';
}

/** Reads a schema as a field. What no control fits is left to the editor of JSON. */
export function readField(schema: FieldSchema): FormField {
  const { anyOf = [], ...own } = schema;
  const nullable = anyOf.some(({ type }) => type === 'null');
  const [only, ...others] = anyOf.filter(({ type }) => type !== 'null');
  if (only === undefined) return { kind: kindOf(schema), schema, nullable };
  if (others.length > 0) return { kind: 'json', schema, nullable };
  const merged = { ...only, ...own };
  return { kind: kindOf(merged), schema: merged, nullable };
}

/** Fields that only files have, and the tenant, which a draft cannot change. */
const hidden = ['$schema', 'extends', 'tenant'];

/** The fields of a policy in their order. */
export function formFields(): readonly (readonly [name: string, field: FormField])[] {
  const schema: JsonSchema = policyJsonSchema();
  const { properties = {} } = schema as FieldSchema;
  return Object.entries(properties)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, field]) => [name, readField(field)]);
}
