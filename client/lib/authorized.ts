import type { Policy } from '../../shared/policy/policy.ts';
import { formatOf, withFormat } from '../../shared/recipe/recipe.ts';
import { checkGrantExpiry, type Grant, readGrant } from '../../shared/request/grant.ts';
import {
  type AdmittedUrl,
  admit,
  authorize,
  nameOf,
  readRequest,
  type SignedUrl,
} from '../../shared/request/stages.ts';
import { separator } from '../../shared/url/path.ts';
import type { AskedUrl } from './check.ts';
import { mintRequestOf } from './mint-request.ts';

/** A grant in a cookie may be any: so it is one that covers the source and has not expired. */
function grantOf({ tenant, grant }: AskedUrl, { keys }: Policy, now: number): Grant {
  if (grant === undefined)
    return { kid: keys.active, scope: ['*'], exp: now, nbf: undefined, presets: undefined };
  const read = readGrant(grant, tenant);
  checkGrantExpiry(read, now);
  return read;
}

/** The URL as it will reach the edge. Its signature is right: it is about to be made. */
function signedUrl(asked: AskedUrl, policy: Policy, now: number): SignedUrl {
  const { tenant, path, operations, query, exp } = mintRequestOf(asked);
  const granted = asked.kid === undefined ? grantOf(asked, policy, now) : undefined;
  const url = {
    ...{ tenant, path, query, continuation: false },
    operations: operations.length > 0 ? operations.join(separator) : undefined,
    exp: exp === undefined ? undefined : String(exp),
    kid: granted?.kid ?? asked.kid,
  };
  return (granted === undefined ? url : { ...url, granted }) as unknown as SignedUrl;
}

/** Authorizes every format that the request can be settled on. */
function authorizeAll(admitted: AdmittedUrl, policy: Policy, now: number): void {
  const request = readRequest(admitted);
  const own = formatOf(request.recipe);
  const formats = own === 'auto' ? ([...policy.autoFormats, 'src'] as const) : [own];
  for (const format of formats)
    nameOf(authorize({ ...request, recipe: withFormat(request.recipe, format) }, policy, now));
}

/**
 * Asks of a URL what the edge will ask of it. Throws its refusal; `now` in seconds. A document that
 * leaves its keys to the live policy says nothing of kids, so any will do.
 */
export function checkAuthorization(
  asked: AskedUrl,
  document: Policy & { readonly anyKid: boolean },
  now: number,
): void {
  const url = signedUrl(asked, document, now);
  const keys = document.anyKid ? { active: url.kid, accept: [url.kid] } : document.keys;
  const policy = { ...document, keys };
  authorizeAll(admit(url, policy, now), policy, now);
}
