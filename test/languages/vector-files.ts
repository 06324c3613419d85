import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/* Reads and validates the published vector files. */

const own = { tcId: v.number(), comment: v.string(), flags: v.array(v.string()) };
const signer = { tenant: v.string(), kid: v.string(), signingKey: v.string() };
const environment = { url: v.string(), ...signer };
const result = v.picklist(['valid', 'invalid']);
const query = v.optional(v.object({ name: v.string(), value: v.string() }));
const exp = v.nullable(v.number());

const file = <Test extends v.GenericSchema>(test: Test) =>
  v.strictObject({
    algorithm: v.string(),
    generatorVersion: v.string(),
    numberOfTests: v.number(),
    header: v.array(v.string()),
    notes: v.record(v.string(), v.strictObject({ bugType: v.string(), description: v.string() })),
    testGroups: v.array(v.strictObject({ type: v.string(), tests: v.array(test) })),
  });

const signature = v.strictObject({
  ...own,
  ...environment,
  path: v.string(),
  operations: v.array(v.string()),
  query,
  exp,
  message: v.string(),
  sig: v.string(),
  pathAndQuery: v.string(),
  result,
});

const encoding = v.strictObject({ ...own, path: v.string(), encoded: v.string(), result });

const claims = v.object({
  scope: v.optional(v.union([v.string(), v.array(v.string())])),
  exp: v.optional(v.union([v.number(), v.string()])),
  nbf: v.optional(v.number()),
  presets: v.optional(v.union([v.string(), v.array(v.string())])),
});
const grant = v.strictObject({ ...own, ...signer, claims, jwt: v.string(), result });

const hostile = v.strictObject({
  ...own,
  ...environment,
  path: v.optional(v.string()),
  pathHex: v.optional(v.string()),
  operations: v.optional(v.array(v.string())),
  query,
  scope: v.optional(v.array(v.string())),
  presets: v.optional(v.array(v.string())),
  nbf: v.optional(v.number()),
  exp,
  reason: v.string(),
  result,
});

export type SignatureVector = v.InferOutput<typeof signature>;
export type EncodingVector = v.InferOutput<typeof encoding>;
export type GrantVector = v.InferOutput<typeof grant>;
export type HostileVector = v.InferOutput<typeof hostile>;

function read<Test extends v.GenericSchema>(name: string, test: Test) {
  const text = readFileSync(new URL(`../../client/vectors/${name}.json`, import.meta.url), 'utf8');
  return v.parse(file(test), JSON.parse(text));
}

export const signatureFile = read('signatures', signature);
export const encodingFile = read('encodings', encoding);
export const grantFile = read('grants', grant);
export const hostileFile = read('hostile', hostile);

type Groups<Test> = {
  readonly testGroups: readonly { readonly tests: readonly Test[] }[];
};

/** The tests of a file with the given result. */
export function testsOf<Test extends { readonly result: 'valid' | 'invalid' }>(
  { testGroups }: Groups<Test>,
  wanted: 'valid' | 'invalid',
): readonly Test[] {
  return testGroups.flatMap(({ tests }) => tests).filter((test) => test.result === wanted);
}

/** False for an `exp` in the past, which signers refuse. One day this applies to the vectors of the specification. */
export const isAhead = (exp: unknown): boolean =>
  exp === null || Number(exp) > Date.now() / 1_000 + 600;
