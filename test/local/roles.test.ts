import { expect, it } from 'vitest';
import { localRoles } from '../../local/roles.ts';
import { localBuckets } from '../../shared/deployment/local-endpoints.ts';

const { originResponse, viewerRequest, cloudFront } = localRoles();
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
