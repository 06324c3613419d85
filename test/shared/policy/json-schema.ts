/*
 * Exactly the keywords of JSON Schema (draft 2020-12) that the policy's schema has. One that is not
 * here is thrown: the schema would contain something that is not checked.
 */

type Schema = Readonly<Record<string, unknown>>;
type Check = (value: unknown, asked: never, schema: Schema) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const isOf = (type: string, value: unknown): boolean => types[type]?.(value) === true;

const forLists =
  (check: (list: readonly unknown[], asked: never) => boolean): Check =>
  (value, asked) =>
    !Array.isArray(value) || check(value, asked);

const forObjects =
  (check: (object: Schema, asked: never, schema: Schema) => boolean): Check =>
  (value, asked, schema) =>
    !isObject(value) || check(value, asked, schema);

const matches = (pattern: string, text: string): boolean => new RegExp(pattern, 'u').test(text);

/** The schemas that speak of a field of this name, besides `additionalProperties`. */
function speaking(name: string, { properties = {}, patternProperties = {} }: Schema) {
  const own = Object.hasOwn(properties as Schema, name) ? [(properties as Schema)[name]] : [];
  const patterned = Object.entries(patternProperties as Schema).filter(([pattern]) =>
    matches(pattern, name),
  );
  return [...own, ...patterned.map(([, schema]) => schema)] as readonly Schema[];
}

const checks: Readonly<Record<string, Check>> = {
  type: (value, asked: string | readonly string[]) =>
    [asked].flat().some((type) => isOf(type, value)),
  enum: (value, asked: readonly unknown[]) => asked.includes(value),
  const: (value, asked: unknown) => value === asked,
  pattern: (value, asked: string) => typeof value !== 'string' || matches(asked, value),
  minLength: (value, asked: number) => typeof value !== 'string' || [...value].length >= asked,
  maxLength: (value, asked: number) => typeof value !== 'string' || [...value].length <= asked,
  minimum: (value, asked: number) => typeof value !== 'number' || value >= asked,
  maximum: (value, asked: number) => typeof value !== 'number' || value <= asked,
  minItems: forLists((list, asked: number) => list.length >= asked),
  maxItems: forLists((list, asked: number) => list.length <= asked),
  items: forLists((list, asked: Schema) => list.every((one) => accepts(asked, one))),
  minProperties: forObjects((object, asked: number) => Object.keys(object).length >= asked),
  maxProperties: forObjects((object, asked: number) => Object.keys(object).length <= asked),
  required: forObjects((object, asked: readonly string[]) =>
    asked.every((name) => Object.hasOwn(object, name)),
  ),
  properties: forObjects((object, _asked, schema) =>
    Object.entries(object).every(([name, one]) =>
      speaking(name, schema).every((own) => accepts(own, one)),
    ),
  ),
  additionalProperties: forObjects((object, asked: Schema | false, schema) =>
    Object.entries(object)
      .filter(([name]) => speaking(name, schema).length === 0)
      .every(([, one]) => asked !== false && accepts(asked, one)),
  ),
  anyOf: (value, asked: readonly Schema[]) => asked.some((one) => accepts(one, value)),
};

const same: Readonly<Record<string, string>> = { patternProperties: 'properties' };
const silent = new Set(['$schema', 'title', 'description', 'default']);

/** Whether a value is valid under a schema. Throws for a keyword that it does not know. */
export function accepts(schema: Schema, value: unknown): boolean {
  return Object.entries(schema)
    .filter(([keyword]) => !silent.has(keyword))
    .every(([keyword, asked]) => {
      const check = checks[same[keyword] ?? keyword];
      if (check === undefined) throw new Error(`the keyword ${keyword} is not known here`);
      return check(value, asked as never, schema);
    });
}
