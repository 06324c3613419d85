import { randomBytes } from 'node:crypto';
import { localBuckets, localCredentials } from '../shared/deployment/local-endpoints.ts';
import { denials, type Permission, permissions } from '../shared/deployment/permissions.ts';
import { secretIds } from '../shared/keys/store.ts';
import type { Identity } from './http/sigv4.ts';

/** A simple IAM statement: an action, a resource or the prefix of one, and the one condition in use. */
type Statement = {
  readonly action: string;
  readonly on: string;
  readonly exactly?: true;
  /** Only if the request fails for an object that exists. */
  readonly onlyAbsent?: true;
};

function resourceOf(permission: Permission): Omit<Statement, 'action'> {
  if ('objects' in permission) {
    const { objects, prefix = '', onlyAbsent } = permission;
    const on = `${localBuckets[objects]}/${prefix}`;
    return onlyAbsent === undefined ? { on } : { on, onlyAbsent };
  }
  if ('object' in permission)
    return { on: `${localBuckets[permission.of]}/${permission.object}`, exactly: true };
  if ('bucket' in permission) return { on: localBuckets[permission.bucket], exactly: true };
  if ('secret' in permission) return { on: secretIds[permission.secret], exactly: true };
  throw new Error(`the local stack has no ${permission.other}`);
}

const statementsOf = (list: readonly Permission[]): readonly Statement[] =>
  list.flatMap((one) => one.actions.map((action) => ({ action, ...resourceOf(one) })));

/**
 * The permissions of each part of the service. They are those of the deployment, so a permission that is
 * missing on AWS is missing here, too.
 */
export const statements = {
  viewerRequest: statementsOf(permissions.viewerRequest),
  originResponse: statementsOf(permissions.originResponse),
  cloudFront: statementsOf(permissions.cloudFront),
} as const satisfies Readonly<Record<string, readonly Statement[]>>;

export type Role = keyof typeof statements;

function isAllowed(
  granted: readonly Statement[],
  action: string,
  resource: string,
  isConditional: boolean,
): boolean {
  return granted.some(({ action: own, on, exactly, onlyAbsent }) => {
    if (own !== action || (onlyAbsent && !isConditional)) return false;
    return exactly ? resource === on : resource.startsWith(on);
  });
}

/** Whether the policy of a bucket denies a request to everyone, as deployed. */
function isDenied(action: string, resource: string, isConditional: boolean): boolean {
  return denials.some(({ actions, objects, prefix, unlessAbsent }) => {
    if (!actions.includes(action) || (unlessAbsent && isConditional)) return false;
    return resource.startsWith(`${localBuckets[objects]}/${prefix}`);
  });
}

function makeIdentity(role: Role): Identity {
  return {
    accessKeyId: `role-${role}`,
    // New at every start. It is used only inside this process.
    secretAccessKey: randomBytes(24).toString('base64url'),
    allows: (action, resource, onlyAbsent = false) =>
      isAllowed(statements[role], action, resource, onlyAbsent) &&
      !isDenied(action, resource, onlyAbsent),
  };
}

export type Roles = Readonly<Record<Role | 'operator', Identity>>;

export function localRoles(): Roles {
  return {
    viewerRequest: makeIdentity('viewerRequest'),
    originResponse: makeIdentity('originResponse'),
    cloudFront: makeIdentity('cloudFront'),
    operator: {
      ...localCredentials,
      allows: (action, resource, onlyAbsent = false) => !isDenied(action, resource, onlyAbsent),
    },
  };
}
