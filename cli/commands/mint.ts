import { usageFailure } from '../../operator/failure.ts';
import { offlineSigner, onlineSigner, type TenantSigner } from '../../operator/keys/signer.ts';
import { readOperations, settledKeys } from '../../operator/recipe-input.ts';
import type { Installation } from '../../operator/target/target.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { checkBlocked } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { checkLifetime } from '../../shared/request/admission.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { type MintRequest, mint, mintTarget } from '../../shared/request/mint.ts';
import { readDuration } from '../base/duration.ts';
import { checkOwner, onHost } from '../base/host-option.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

type Options = CommonOptions & {
  readonly expires: string;
  readonly check: boolean;
  readonly host?: string;
};

/** Asks what the edge would ask. Throws its refusal. */
function checkAgainst(policy: Policy, request: MintRequest, now: number): void {
  const { exp } = request;
  checkLifetime(policy, exp === undefined ? undefined : String(exp), now);
  checkBlocked(policy, request.path);
  settledKeys(policy, request, now);
}

/** What is asked for. Throws for what no URL can say, whoever signs it. */
function readRequest(
  tenant: string,
  path: string,
  written: readonly string[],
  { expires, now }: { readonly expires: string; readonly now: number },
): MintRequest {
  const [, before, recipe] = /^(.*)\?(x-(?:oss|bce)-process=.*)$/.exec(path) ?? [];
  if (recipe !== undefined)
    throw usageFailure(
      `the recipe stands in the path; write: npx signet mint ${tenant} '${before}' '${recipe}'`,
    );
  const lifetime = readDuration(expires);
  const exp = lifetime === undefined ? undefined : roundedExpiry(now, lifetime);
  const request: MintRequest = { tenant, path, ...readOperations(written), exp };
  mintTarget(request);
  return request;
}

/** Who signs, once all has been asked that the target knows. */
async function signerFor(
  open: () => Promise<Installation>,
  request: MintRequest,
  options: Options,
  now: number,
): Promise<TenantSigner> {
  const { tenant } = request;
  const { host, check } = options;
  const offline = offlineSigner(tenant, options);
  if (offline !== undefined) return offline;
  const target = await open();
  const signer = await onlineSigner(target, tenant);
  if (check && signer.policy !== undefined) checkAgainst(signer.policy, request, now);
  if (check && host !== undefined) checkOwner(await target.hosts(), host, tenant);
  return signer;
}

async function mintUrl(
  tenant: string,
  path: string,
  written: readonly string[],
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    const { host, expires } = options;
    const now = seconds(Date.now);
    const request = readRequest(tenant, path, written, { expires, now });
    const signer = await signerFor(open, request, options, now);
    const long = mint(nodeCrypto, signer.address, request, signer);
    const url = host === undefined ? long : onHost(long, host, tenant, signer.address);
    return { text: url, json: { url, tenant, path, kid: signer.kid, exp: request.exp ?? null } };
  });
}

export const mintCommand = command(
  'mint <tenant> <path> [operations...]',
  "Print a signed URL, such as: npx signet mint demo cat.jpg resize,w_640 format,f_auto. A recipe of OSS or BOS stays as it is: 'x-oss-process=image/resize,w_640'",
)
  .option('--expires <duration>', 'how long it lives: 90s, 15m, 1h, 7d or never', '1h')
  .option('--host <host>', "a host of the tenant's own, whose URLs leave the tenant out")
  .option(
    '--no-check',
    'do not ask whether the edge will serve it: neither the policy, nor whose --host it is',
  )
  .action(mintUrl);
