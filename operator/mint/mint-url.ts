import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { checkBlocked, type Policy } from '../../shared/policy/policy.ts';
import { checkLifetime } from '../../shared/request/admission.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { type MintRequest, mint, mintTarget } from '../../shared/request/mint.ts';
import { usageFailure } from '../failure.ts';
import { offlineSigner, onlineSigner, type TenantSigner } from '../keys/signer.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { notesOf, readOperations, settledKeys } from './recipe-input.ts';
import { checkHostOwner, moveToHost } from './tenant-host.ts';

export type MintUrlRequest = {
  readonly tenant: string;
  readonly path: string;
  /** Operations, or one recipe in the query spelling of another service. */
  readonly operations: readonly string[];
  /** In seconds; undefined for a URL that never expires. */
  readonly lifetime: number | undefined;
  /** A host of the tenant; without it, the shared address. */
  readonly host?: string | undefined;
  /** Whether to check that the edge will serve the URL. */
  readonly check: boolean;
  /** The target that was named. If it is undefined, SIGNET_KEY is used when it is set. */
  readonly target?: string | undefined;
  /** Receives what differs from the documentation of OSS or BOS, before the policy is asked. */
  readonly onNotes?: (notes: readonly string[]) => void;
};

export type MintedUrl = {
  readonly url: string;
  readonly tenant: string;
  readonly path: string;
  readonly kid: string;
  /** In Unix seconds; null if the URL never expires. */
  readonly exp: number | null;
};

/** Makes the checks of the edge. Throws its refusal. */
function checkAgainst(policy: Policy, request: MintRequest, now: number): void {
  const { exp } = request;
  checkLifetime(policy, exp === undefined ? undefined : String(exp), now);
  checkBlocked(policy, request.path);
  settledKeys(policy, request, now);
}

/** Throws `malformed` or `usage` for what no URL can express, whatever the policy. */
function readRequest(
  { tenant, path, operations, lifetime }: MintUrlRequest,
  now: number,
): MintRequest {
  const [, before, recipe] = /^(.*)\?(x-(?:oss|bce)-process=.*)$/.exec(path) ?? [];
  if (recipe !== undefined)
    throw usageFailure(
      `the path contains the recipe; write: npx signet mint ${tenant} '${before}' '${recipe}'`,
    );
  const exp = lifetime === undefined ? undefined : roundedExpiry(now, lifetime);
  const request: MintRequest = { tenant, path, ...readOperations(operations), exp };
  mintTarget(request);
  return request;
}

async function findSigner(
  open: OpenInstallation,
  { tenant, host, check, target }: MintUrlRequest,
  request: MintRequest,
  now: number,
): Promise<TenantSigner> {
  const offline = offlineSigner(tenant, target === undefined ? {} : { target });
  if (offline !== undefined) return offline;
  const installation = await open();
  const signer = await onlineSigner(installation, tenant);
  if (check && signer.policy !== undefined) checkAgainst(signer.policy, request, now);
  if (check && host !== undefined) checkHostOwner(await installation.hosts(), host, tenant);
  return signer;
}

/**
 * Mints a signed URL. `now` is in seconds. Throws `usage`, `malformed`, `not_found`, or the refusal
 * of the edge.
 */
export async function mintUrl(
  open: OpenInstallation,
  asked: MintUrlRequest,
  now: number,
): Promise<MintedUrl> {
  const { host, path, tenant } = asked;
  checkTenantName(tenant);
  const request = readRequest(asked, now);
  asked.onNotes?.(notesOf(request.query));
  const signer = await findSigner(open, asked, request, now);
  const shared = mint(nodeCrypto, signer.address, request, signer);
  const url = host === undefined ? shared : moveToHost(shared, host, tenant, signer.address);
  return { url, tenant, path, kid: signer.kid, exp: request.exp ?? null };
}
