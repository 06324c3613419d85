import { randomUUID } from 'node:crypto';
import type { Policy } from '../../shared/policy/policy.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
import type { TenantSigner } from '../keys/signer.ts';
import { settledKeys } from '../mint/recipe-input.ts';
import type { Installation } from '../target/target.ts';

/* Views that `doctor` and `block` sign, to see what a viewer would get. */

/** Long enough for a render. */
const renderTimeoutMs = 30_000;

/** The path of a source that does not exist. */
export const probePath = (): string => `signet-doctor/${randomUUID()}`;

/** The first recipe that the policy allows: none, or a preset. */
export function allowedRequest(policy: Policy, path: string, now: number): MintRequest | undefined {
  const version = `version,v_doctor-${now}`;
  const recipes = [[], ...[...policy.presets.keys()].map((name) => [`style,n_${name}`])];
  const lifetime = Math.min(60, policy.maxLifetime ?? 60);
  for (const recipe of recipes) {
    const operations = [...recipe, version];
    const request = { tenant: policy.tenant, path, operations, exp: now + lifetime };
    try {
      settledKeys(policy, request, now);
      return request;
    } catch (thrown) {
      if (asRefusal(thrown).code === 'internal') throw thrown;
    }
  }
  return undefined;
}

/** The URL of a view at the shared address. */
export const mintView = (
  { crypto }: Installation,
  signer: TenantSigner,
  request: MintRequest,
): string => mint(crypto, signer.address, request, signer);

export type ViewAnswer = { readonly status: number; readonly code: string | null };

export type ViewOptions = { readonly method?: 'GET' | 'HEAD'; readonly timeoutMs?: number };

/** Requests a URL. Throws whatever `fetch` throws. */
export async function viewUrl(
  url: string,
  { method = 'GET', timeoutMs = renderTimeoutMs }: ViewOptions = {},
): Promise<ViewAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method, redirect: 'manual', signal });
  await response.arrayBuffer();
  return { status: response.status, code: response.headers.get('x-signet-error') };
}
