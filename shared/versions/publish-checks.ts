import { fieldsUnknownTo, fieldsUsed } from '../policy/fields.ts';
import type { Keys } from '../policy/policy.ts';
import { type PolicyFields, PolicyInvalid } from '../policy/validation.ts';
import type { LiveVersion } from './live.ts';

/**
 * A deployment that has not ended, as a clause that says in which state it is and what to do, such as `stack prod is in
 * UPDATE_IN_PROGRESS; publish again when its deployment has ended`.
 */
export type Deploying = { readonly deploying: string };

/** Reads the policy fields that the deployed functions know; undefined if they cannot be asked. */
export type KnownFields = () => Promise<readonly string[] | Deploying | undefined>;

/** Takedowns and rotations cannot wait for a deployment, so all functions read these fields. */
const everKnown = ['tenant', 'keys', 'keys.active', 'keys.accept', 'blocked'];

/**
 * Throws `PolicyInvalid` for a field that the functions do not know: they would refuse the whole policy.
 * During a deployment only the fields of the live policy are allowed, because all functions read them.
 * Returns the deployment, if there is one.
 */
export async function checkFields(
  knownFields: KnownFields | undefined,
  policy: PolicyFields,
  { last }: LiveVersion,
): Promise<Deploying | undefined> {
  const known = await knownFields?.();
  if (known === undefined) return undefined;
  const changing = 'deploying' in known ? known : undefined;
  const read =
    'deploying' in known ? [...everKnown, ...fieldsUsed(last?.record.policy ?? {})] : known;
  const message = changing
    ? `is new to this tenant, and ${changing.deploying}`
    : 'is not known to the functions that are deployed; upgrade them, then publish again';
  const unknown = fieldsUnknownTo(read, policy);
  if (unknown.length > 0) throw new PolicyInvalid(unknown.map((path) => ({ path, message })));
  return changing;
}

/** Throws `PolicyInvalid` for a kid that was retired. */
export function checkRetiredKids({ accept }: Keys, retired: readonly string[]): void {
  const returned = accept.find((kid) => retired.includes(kid));
  if (returned !== undefined)
    throw new PolicyInvalid([
      { path: 'keys.accept', message: `names ${returned}, which was retired and never returns` },
    ]);
}

/** Whether the tenant is new to the functions, and whether something of its trail is live again. */
export function describeArrival({ last, etag, resumed, completed }: LiveVersion) {
  const created = etag === undefined || (resumed !== undefined && resumed.before === undefined);
  // The trail of a tenant outlives the tenant.
  const isBack = created && last !== undefined;
  return { created, restored: isBack || resumed !== undefined || completed === true };
}
