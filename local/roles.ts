import { randomBytes } from 'node:crypto';
import { localBuckets, localCredentials } from '../shared/deployment/local-endpoints.ts';
import { denials, type Permission, permissions } from '../shared/deployment/permissions.ts';
import { renderPermissions } from '../shared/deployment/source-permissions.ts';
import { secretIds } from '../shared/keys/store.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import type { Identity } from './http/sigv4.ts';

/** A simple IAM statement: an action, a resource or the prefix of one, and the one condition in use. */
type Statement = {
  readonly action: string;
  readonly on: string;
  readonly exactly?: true;
  /** Only if the request fails for an object that exists. */
  readonly onlyAbsent?: true;
};

const elsewhereResource = (bucket: string, prefixes: readonly string[] | undefined) =>
  prefixes === undefined
    ? [{ on: bucket, exactly: true } as const]
    : prefixes.map((prefix) => ({ on: `${bucket}/${prefix}` }));

function resourcesOf(permission: Permission): readonly Omit<Statement, 'action'>[] {
  if ('objects' in permission) {
    const { objects, prefix = '', onlyAbsent } = permission;
    const on = `${localBuckets[objects]}/${prefix}`;
    return [onlyAbsent === undefined ? { on } : { on, onlyAbsent }];
  }
  if ('object' in permission)
    return [{ on: `${localBuckets[permission.of]}/${permission.object}`, exactly: true }];
  if ('bucket' in permission) return [{ on: localBuckets[permission.bucket], exactly: true }];
  if ('secret' in permission) return [{ on: secretIds[permission.secret], exactly: true }];
  if ('elsewhere' in permission)
    return elsewhereResource(permission.elsewhere, permission.prefixes);
  // The local S3 encrypts nothing.
  if ('kmsKey' in permission) return [];
  throw new Error('the local stack has no such resource');
}

const statementsOf = (list: readonly Permission[]): readonly Statement[] =>
  list.flatMap((one) =>
    one.actions.flatMap((action) => resourcesOf(one).map((on) => ({ action, ...on }))),
  );

/**
 * The permissions of each part of the service. They are those of the deployment, so a permission that is
 * missing on AWS is missing here, too.
 */
const statementsWith = (sources: SourceEntries) =>
  ({
    viewerRequest: statementsOf(permissions.viewerRequest),
    originResponse: statementsOf(renderPermissions(sources)),
    cloudFront: statementsOf(permissions.cloudFront),
  }) as const;

export type Role = keyof ReturnType<typeof statementsWith>;

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

function makeIdentity(role: Role, granted: readonly Statement[]): Identity {
  return {
    accessKeyId: `role-${role}`,
    // New at every start. It is used only inside this process.
    secretAccessKey: randomBytes(24).toString('base64url'),
    allows: (action, resource, onlyAbsent = false) =>
      isAllowed(granted, action, resource, onlyAbsent) && !isDenied(action, resource, onlyAbsent),
  };
}

export type Roles = Readonly<Record<Role | 'operator', Identity>>;

/** The identities of the stack. `sources` are the buckets that are not Signet's own. */
export function localRoles(sources: SourceEntries = {}): Roles {
  const { viewerRequest, originResponse, cloudFront } = statementsWith(sources);
  return {
    viewerRequest: makeIdentity('viewerRequest', viewerRequest),
    originResponse: makeIdentity('originResponse', originResponse),
    cloudFront: makeIdentity('cloudFront', cloudFront),
    operator: {
      ...localCredentials,
      allows: (action, resource, onlyAbsent = false) => !isDenied(action, resource, onlyAbsent),
    },
  };
}
