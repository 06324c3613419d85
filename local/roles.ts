import { randomBytes } from 'node:crypto';
import { localBuckets, localCredentials } from '../shared/deployment/local-endpoints.ts';
import { type Permission, permissions } from '../shared/deployment/permissions.ts';
import { secretIds } from '../shared/keys/store.ts';
import type { Identity } from './http/sigv4.ts';

/** An IAM statement as far as this stack needs one: an action and what a resource begins with. */
type Statement = { readonly action: string; readonly on: string; readonly exactly?: true };

function resourceOf(permission: Permission): Omit<Statement, 'action'> {
  if ('objects' in permission)
    return { on: `${localBuckets[permission.objects]}/${permission.prefix ?? ''}` };
  if ('bucket' in permission) return { on: localBuckets[permission.bucket], exactly: true };
  if ('secret' in permission) return { on: secretIds[permission.secret], exactly: true };
  throw new Error(`there is no ${permission.other} here`);
}

const statementsOf = (list: readonly Permission[]): readonly Statement[] =>
  list.flatMap((one) => one.actions.map((action) => ({ action, ...resourceOf(one) })));

/**
 * What each part of the service may do. The functions run under the same limits here as on AWS,
 * so a permission that is missing there is missing here, too.
 */
export const statements = {
  viewerRequest: statementsOf(permissions.viewerRequest),
  originResponse: statementsOf(permissions.originResponse),
  cloudFront: statementsOf(permissions.cloudFront),
} as const satisfies Readonly<Record<string, readonly Statement[]>>;

export type Role = keyof typeof statements;

function allows(granted: readonly Statement[], action: string, resource: string): boolean {
  return granted.some(
    ({ action: own, on, exactly }) =>
      own === action && (exactly ? resource === on : resource.startsWith(on)),
  );
}

function identity(role: Role): Identity {
  return {
    accessKeyId: `role-${role}`,
    // New at every start: nothing outside this process ever signs with it.
    secretAccessKey: randomBytes(24).toString('base64url'),
    allows: (action, resource) => allows(statements[role], action, resource),
  };
}

export type Roles = Readonly<Record<Role | 'operator', Identity>>;

export function localRoles(): Roles {
  return {
    viewerRequest: identity('viewerRequest'),
    originResponse: identity('originResponse'),
    cloudFront: identity('cloudFront'),
    operator: { ...localCredentials, allows: () => true },
  };
}
