import { policyIssues } from '../shared/policy/issues.ts';
import { type Policy, readPolicy } from '../shared/policy/policy.ts';
import { seconds } from '../shared/ports.ts';
import { Refusal } from '../shared/refusal.ts';
import { checkGrants, checkLifetime } from '../shared/request/admission.ts';
import { allowedWidths } from './lib/allowed-widths.ts';
import { checkAuthorization } from './lib/authorized.ts';
import type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
import { assertValid } from './lib/need.ts';
import { operationsOf, type RecipeInput } from './lib/recipe.ts';
import { asSignetError } from './lib/refused.ts';
import { SignetError } from './lib/signet-error.ts';
import { snappedOperations } from './lib/snapped.ts';

/** A tenant's policy as it is published. It is read and validated by the edge's own code. */
export type PolicyDocument = { readonly tenant: string; readonly [field: string]: unknown };

export type PolicyOptions = {
  /**
   * Write the next allowed `w` or `h` into the URL where the recipe's is not, as the edge would serve it
   * under a policy with `snap`.
   */
  readonly snap?: boolean;
};

/** What a policy knows besides what it refuses. */
export type Widths = {
  /** The widths that the policy allows a recipe, such as `resize`: what a `srcset` may offer. */
  readonly widths: (recipe?: RecipeInput) => readonly number[];
};

/** What files have besides the policy: the schema for editors, which says nothing, and another file. */
function policyIn({ $schema: _forEditors, ...document }: PolicyDocument & { $schema?: unknown }) {
  assertValid(
    document['extends'] === undefined,
    'the policy extends another file; take the whole one, which npx signet tenant show TENANT prints',
  );
  const [issue] = policyIssues(document);
  assertValid(
    issue === undefined,
    `the policy cannot be published: ${issue?.path} ${issue?.message}`,
  );
  return document;
}

function readPolicyJson(
  tenant: string,
  file: PolicyDocument,
): Policy & { readonly anyKid: boolean } {
  const document = policyIn(file);
  try {
    const policy = readPolicy(tenant, JSON.stringify(document));
    return { ...policy, anyKid: document['keys'] === undefined };
  } catch (thrown) {
    throw new SignetError('malformed', thrown instanceof Error ? thrown.message : String(thrown));
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
 * The same minter, which refuses what the policy refuses, with the edge's own code: nobody has to be
 * shown a broken picture to learn of a size that is not allowed. Throws `malformed` for a policy that
 * could not be published, or is of another tenant.
 */
export function withPolicy<
  M extends { readonly tenant: string; readonly checkedBy: (check: Check) => M },
>(minter: M, document: PolicyDocument, { snap = false }: PolicyOptions = {}): M & Widths {
  const policy = readPolicyJson(minter.tenant, document);
  const url = (asked: AskedUrl): readonly string[] =>
    asSignetError(() => {
      const operations = snap ? snappedOperations(policy, asked.operations) : asked.operations;
      checkAuthorization({ ...asked, operations }, policy, seconds(Date.now));
      return operations;
    });
  const grant = (asked: AskedGrant): void => asSignetError(() => checkGrant(policy, asked));
  return {
    ...minter.checkedBy({ url, grant }),
    widths: (recipe = 'resize') => allowedWidths(policy, operationsOf(recipe)),
  };
}
