import * as v from 'valibot';
import { readKeyAges } from '../../../operator/keys/key-ages.ts';
import { keyStates } from '../../../operator/keys/key-states.ts';
import {
  askToRetire,
  askToRetireRoot,
  askToRotate,
  printAddedRoot,
  printRetirement,
  printRotation,
} from '../../../operator/keys/key-texts.ts';
import { retireKids, retireRoot } from '../../../operator/keys/retirement.ts';
import { rotateRoot, rotateTenantKeys } from '../../../operator/keys/rotation.ts';
import { policyOf } from '../../../operator/keys/signer.ts';
import { readRootStates } from '../../../operator/keys/tenant-keys.ts';
import { checkReason } from '../../../operator/policies/reason.ts';
import { failuresOf, resultsOf, type TenantOutcome } from '../../../operator/tenants/outcomes.ts';
import { checkTenantName } from '../../../operator/tenants/tenant-name.ts';
import { declareCall, reasonName } from '../call.ts';

const tenant = v.string();
const reason = v.string();

/** Selects one tenant. The commands take files and folders, too, which the page never means. */
function selectOne(name: string) {
  checkTenantName(name);
  return { operands: [name], all: false };
}

/** The page shows what is asked first, and sends the call when a person has agreed. */
const agreed = async (): Promise<void> => undefined;

/** The result of a change of one tenant. Throws its failure. */
function onlyResult<T>(outcomes: readonly TenantOutcome<T>[]): T {
  const [failed] = failuresOf(outcomes);
  if (failed !== undefined) throw failed.failure;
  const [result] = resultsOf(outcomes);
  if (result === undefined) throw new Error('the change has no outcome');
  return result;
}

export const keyCalls = {
  /** The kids that a tenant accepts, and what an operator is asked before they change. The log of AWS names no kids. */
  keys: declareCall(v.object({ tenant }), async ({ open }, input) => {
    const installation = await open();
    await policyOf(installation, input.tenant);
    const states = await keyStates(installation, input.tenant);
    const kids = states.map(({ kid }) => kid);
    const ages = await readKeyAges(installation, input.tenant, kids);
    const tenants = selectOne(input.tenant);
    return {
      hasUses: installation.edgeLog !== undefined,
      rotate: askToRotate([input.tenant]),
      kids: states.map((state) => ({
        ...state,
        since: ages.get(state.kid) ?? null,
        retire: askToRetire({ tenants, kid: state.kid }, []),
      })),
    };
  }),
  /** Signs with a new key. Returns what to do next. */
  rotateKey: declareCall(v.object({ tenant, reason }), async ({ open }, input) => {
    checkReason(input.reason, reasonName);
    const request = { tenants: selectOne(input.tenant), reason: input.reason };
    return { said: printRotation(onlyResult(await rotateTenantKeys(open, request, agreed))) };
  }),
  /** Refuses every URL that was signed with a kid. */
  retireKey: declareCall(v.object({ tenant, kid: v.string(), reason }), async ({ open }, input) => {
    checkReason(input.reason, reasonName);
    const request = { tenants: selectOne(input.tenant), kid: input.kid, reason: input.reason };
    return { said: printRetirement(onlyResult(await retireKids(open, request, agreed))) };
  }),
  /** The root keys, oldest first. */
  rootKeys: declareCall(v.object({}), async ({ open }) =>
    (await readRootStates(open)).map((root) => ({ ...root, retire: askToRetireRoot(root.kid) })),
  ),
  /** Adds a root key. */
  addRootKey: declareCall(v.object({}), async ({ open }) => ({
    said: printAddedRoot(await rotateRoot(open)),
  })),
  /** Deletes a root key that no tenant uses. */
  retireRootKey: declareCall(v.object({ root: v.string() }), async ({ open }, { root }) => ({
    said: `Retired root key ${(await retireRoot(open, root, agreed)).retired}`,
  })),
};
