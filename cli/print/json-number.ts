/** Numbers that JSON cannot hold exactly become strings of digits. */
function toJsonNumber(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** A value with its big numbers as JSON can hold them. */
export const bigToJson = (value: object): object =>
  JSON.parse(JSON.stringify(value, toJsonNumber)) as object;
