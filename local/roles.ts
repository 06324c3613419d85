import { randomBytes } from 'node:crypto';
import { localBuckets, localCredentials } from '../shared/adapters/local-target.ts';
import { secretIds } from '../shared/stores/keys.ts';
import type { Identity } from './sigv4.ts';

/** An IAM statement as far as this stack needs one: an action and what a resource begins with. */
type Statement = { readonly action: string; readonly on: string; readonly exactly?: true };

const { sources, derivatives, config } = localBuckets;
const read = (on: string): Statement => ({ action: 's3:GetObject', on });
const write = (on: string): Statement => ({ action: 's3:PutObject', on });
/** Without it S3 says 403 of an object that is missing. */
const list = (on: string): Statement => ({ action: 's3:ListBucket', on, exactly: true });
const secret = (on: string): Statement => ({
  action: 'secretsmanager:GetSecretValue',
  on,
  exactly: true,
});

/**
 * What each part of the service may do. The functions run under the same limits here as on AWS,
 * so a permission that is missing there is missing here, too.
 */
export const statements = {
  viewerRequest: [
    read(`${config}/policies/`),
    read(`${config}/audit/`),
    list(config),
    secret(secretIds.roots),
  ],
  originResponse: [
    read(`${config}/policies/`),
    read(`${config}/audit/`),
    list(config),
    read(`${sources}/`),
    list(sources),
    write(`${derivatives}/`),
    secret(secretIds.render),
  ],
  cloudFront: [read(`${derivatives}/`), list(derivatives)],
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
