import { expect, it } from 'vitest';
import { localRoles } from '../../local/roles.ts';
import { localBuckets } from '../../shared/deployment/local-endpoints.ts';

const { originResponse, viewerRequest, cloudFront, operator } = localRoles();
const derivative = `${localBuckets.derivatives}/acme/a.jpg__op__format,f_src`;

it('the render role stores only objects that do not exist, as deployed', () => {
  expect(originResponse.allows('s3:PutObject', derivative, true)).toBe(true);
  expect(originResponse.allows('s3:PutObject', derivative, false)).toBe(false);
  expect(originResponse.allows('s3:PutObject', derivative)).toBe(false);
});

it.each([
  ['reads a source', originResponse, 's3:GetObject', `${localBuckets.sources}/acme/a.jpg`, true],
  ['writes a source', originResponse, 's3:PutObject', `${localBuckets.sources}/acme/a.jpg`, false],
  ['deletes a derivative', originResponse, 's3:DeleteObject', derivative, false],
  ['stores a derivative', viewerRequest, 's3:PutObject', derivative, false],
  ['stores a derivative', cloudFront, 's3:PutObject', derivative, false],
] as const)('a role %s only if its list says so', (_what, role, action, resource, allowed) => {
  expect(role.allows(action, resource, true)).toBe(allowed);
});

const changes = `${localBuckets.config}/changes.jws`;

it.each([
  ['the function of each view', viewerRequest, true],
  ['the render function', originResponse, true],
  ['CloudFront', cloudFront, false],
] as const)('%s reads the list of changes only if its list says so', (_who, role, allowed) => {
  expect(role.allows('s3:GetObject', changes)).toBe(allowed);
  expect(role.allows('s3:GetObject', `${changes}.old`)).toBe(false);
  expect(role.allows('s3:PutObject', changes, true)).toBe(false);
});

const version = `${localBuckets.config}/audit/acme/1.jws`;

it.each([
  ['adds a version that does not exist', 's3:PutObject', true, true],
  ['replaces a version', 's3:PutObject', false, false],
  ['deletes a version', 's3:DeleteObject', false, false],
  ['deletes a version', 's3:DeleteObject', true, false],
  ['deletes a stored copy of a version', 's3:DeleteObjectVersion', false, false],
] as const)('an operator who %s is treated as deployed', (_what, action, conditional, allowed) => {
  expect(operator.allows(action, version, conditional)).toBe(allowed);
  const policy = `${localBuckets.config}/policies/acme.jws`;
  expect(operator.allows(action, policy, conditional)).toBe(true);
});
