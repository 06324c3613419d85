import { fieldsUnknownTo, fieldsUsed } from '../policy/fields.ts';
import type { Keys } from '../policy/policy.ts';
import { type PolicyFields, PolicyInvalid } from '../policy/validation.ts';
import type { LiveVersion } from './live.ts';

/**
 * Reads the policy fields that the deployed functions know; `changing` during a deployment; undefined if
 * they cannot be asked.
 */
export type KnownFields = () => Promise<readonly string[] | 'changing' | undefined>;

/** Takedowns and rotations cannot wait for a deployment, so all functions read these fields. */
const everKnown = ['tenant', 'keys', 'keys.active', 'keys.accept', 'blocked'];

/**
 * Throws `PolicyInvalid` for a field that the functions do not know: they would refuse the whole policy.
 * During a deployment only the fields of the live policy are allowed, because all functions read them.
 * Returns whether there is a deployment.
 */
export async function checkFields(
  knownFields: KnownFields | undefined,
  policy: PolicyFields,
  { last }: LiveVersion,
): Promise<'changing' | 'settled'> {
  const known = await knownFields?.();
  if (known === undefined) return 'settled';
  const changing = known === 'changing';
  const read = changing ? [...everKnown, ...fieldsUsed(last?.record.policy ?? {})] : known;
  const message = changing
    ? 'is new to this tenant, and the deployment of the stack is not done; publish again when it is'
    : 'is not known to the functions that are deployed; upgrade them, then publish again';
  const unknown = fieldsUnknownTo(read, policy);
  if (unknown.length > 0) throw new PolicyInvalid(unknown.map((path) => ({ path, message })));
  return changing ? 'changing' : 'settled';
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
