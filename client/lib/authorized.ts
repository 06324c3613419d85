import type { Policy } from '../../shared/policy/policy.ts';
import type { PolicyRequest } from '../../shared/request/admission.ts';
import { checkGrantExpiry, type Grant, readGrant } from '../../shared/request/grant.ts';
import { runForEveryFormat } from '../../shared/request/stages.ts';
import { separator } from '../../shared/url/path.ts';
import { decodeBase64url } from './base64url.ts';
import type { AskedUrl } from './check.ts';
import { mintRequestOf } from './mint-request.ts';

/** The grant of a URL without a signature. A cookie may hold any, so one for the source is assumed. */
function grantOf({ tenant, grant }: AskedUrl, { keys }: Policy, now: number): Grant {
  if (grant === undefined)
    return { kid: keys.active, scope: ['*'], exp: now, nbf: undefined, presets: undefined };
  const read = readGrant(grant, tenant, decodeBase64url);
  checkGrantExpiry(read, now);
  return read;
}

/** The request as it will be after verify. Its signature is not made yet. */
function policyRequest(asked: AskedUrl, policy: Policy, now: number): PolicyRequest {
  const { tenant, path, operations, query, exp } = mintRequestOf(asked);
  const granted = asked.kid === undefined ? grantOf(asked, policy, now) : undefined;
  return {
    ...{ tenant, path, query, granted, continuation: false },
    operations: operations.length > 0 ? operations.join(separator) : undefined,
    exp: exp === undefined ? undefined : String(exp),
    kid: asked.kid ?? granted?.kid ?? '',
  };
}

/**
 * Runs the stages from admit on, for every format that the answer can have. Throws the refusal of the
 * service. `now` in seconds. If the policy document has no keys, any kid is accepted.
 */
export function checkAuthorization(
  asked: AskedUrl,
  document: Policy & { readonly anyKid: boolean },
  now: number,
): void {
  const request = policyRequest(asked, document, now);
  const { kid } = request;
  const keys = document.anyKid ? { active: kid, accept: [kid] } : document.keys;
  runForEveryFormat(request, { ...document, keys }, now);
}
