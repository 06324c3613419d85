import { policyIssues } from '../shared/policy/issues.ts';
import { type Policy, readPolicy } from '../shared/policy/policy.ts';
import { seconds } from '../shared/ports.ts';
import { Refusal, reasonOf } from '../shared/refusal.ts';
import { checkGrants, checkLifetime } from '../shared/request/admission.ts';
import { allowedWidths } from './lib/allowed-widths.ts';
import { asSignetError } from './lib/as-signet-error.ts';
import { assertValid, checkOptions } from './lib/assert-valid.ts';
import { checkAuthorization } from './lib/authorized.ts';
import type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
import { operationsOf, type RecipeInput } from './lib/recipe.ts';
import { SignetError } from './lib/signet-error.ts';
import { snappedOperations } from './lib/snapped.ts';

/** A tenant's policy as it is published. The code of the edge reads and validates it. */
export type PolicyDocument = { readonly tenant: string; readonly [field: string]: unknown };

/** Options of `withPolicy`. */
export type PolicyOptions = {
  /**
   * Replaces a `w` or `h` that the policy does not allow by the one that the edge would serve under a
   * policy with `snap`.
   */
  readonly snap?: boolean;
};

/** What a minter with a policy offers besides minting. */
export type Widths = {
  /** The widths that the policy allows for a recipe, in ascending order. Use them in a `srcset`. */
  readonly widths: (recipe?: RecipeInput) => readonly number[];
};

/** The policy in a file: `$schema` is for editors and is dropped, `extends` cannot be resolved here. */
function checkedDocument({
  $schema: _forEditors,
  ...document
}: PolicyDocument & { $schema?: unknown }) {
  assertValid(
    document['extends'] === undefined,
    'the policy extends another file; use the full policy, which npx signet tenant show TENANT prints',
  );
  const [issue] = policyIssues(document);
  assertValid(issue === undefined, `the policy is not valid: ${issue?.path} ${issue?.message}`);
  return document;
}

function readPolicyJson(
  tenant: string,
  file: PolicyDocument,
): Policy & { readonly anyKid: boolean } {
  const document = checkedDocument({ ...file });
  try {
    const policy = readPolicy(tenant, JSON.stringify(document));
    return { ...policy, anyKid: document['keys'] === undefined };
  } catch (thrown) {
    throw new SignetError('malformed', reasonOf(thrown));
  }
}

function checkGrant(policy: Policy, { exp, presets = [] }: AskedGrant): void {
  const now = seconds(Date.now);
  checkLifetime(policy, String(exp), now);
  checkGrants(policy, undefined, now);
  const unknown = presets.find((name) => !policy.presets.has(name));
  if (unknown !== undefined)
    throw new Refusal('denied_preset', {
      reason: `the policy has no preset "${unknown}"`,
      rule: 'presets',
      allowed: [...policy.presets.keys()],
    });
}

/**
 * Returns a minter that also checks each URL and grant against a policy, with the code of the edge. What
 * the policy denies throws `SignetError` when it is minted, instead of showing a broken image. Throws
 * `malformed` for an invalid policy or the policy of another tenant.
 */
export function withPolicy<
  M extends { readonly tenant: string; readonly checkedBy: (check: Check) => M },
>(minter: M, document: PolicyDocument, options: PolicyOptions = {}): M & Widths {
  checkOptions(options);
  const { snap = false } = { ...options };
  const policy = readPolicyJson(minter.tenant, document);
  const url = (request: AskedUrl): readonly string[] =>
    asSignetError(() => {
      const operations = snap ? snappedOperations(policy, request.operations) : request.operations;
      checkAuthorization({ ...request, operations }, policy, seconds(Date.now));
      return operations;
    });
  const grant = (request: AskedGrant): void => asSignetError(() => checkGrant(policy, request));
  return {
    ...minter.checkedBy({ url, grant }),
    widths: (recipe = 'resize') => allowedWidths(policy, operationsOf(recipe)),
  };
}
