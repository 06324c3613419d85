import * as v from 'valibot';

// The input of each operation. Unknown fields are refused, because ignoring them could change the
// meaning of the request.

const maxValueBytes = 65_536;

const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/));
const secretId = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const token = v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(64)));
const versionId = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64)));
const stage = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const text = v.pipe(v.string(), v.minLength(1), v.maxBytes(maxValueBytes));
const binary = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((value) => {
    const bytes = Buffer.from(value, 'base64');
    return bytes.length <= maxValueBytes && bytes.toString('base64') === value;
  }, 'Expected base64 of at most 65536 bytes'),
);
const value = { SecretString: v.optional(text), SecretBinary: v.optional(binary) };

export const createSecretRequest = v.strictObject({
  Name: name,
  ClientRequestToken: token,
  Description: v.optional(v.pipe(v.string(), v.maxLength(2048))),
  ...value,
});

export const getSecretValueRequest = v.strictObject({
  SecretId: secretId,
  VersionId: versionId,
  VersionStage: v.optional(stage),
});

export const putSecretValueRequest = v.strictObject({
  SecretId: secretId,
  ClientRequestToken: token,
  VersionStages: v.optional(v.pipe(v.array(stage), v.minLength(1), v.maxLength(20))),
  ...value,
});

export const describeSecretRequest = v.strictObject({ SecretId: secretId });

export const updateStageRequest = v.strictObject({
  SecretId: secretId,
  VersionStage: stage,
  MoveToVersionId: versionId,
  RemoveFromVersionId: versionId,
});

export const rotateSecretRequest = v.strictObject({
  SecretId: secretId,
  ClientRequestToken: token,
});

export const listSecretsRequest = v.strictObject({
  MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))),
  NextToken: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{1,9}$/))),
});
