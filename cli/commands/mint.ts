import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { checkBlocked, checkLifetime } from '../../shared/admission.ts';
import { roundedExpiry } from '../../shared/expiry.ts';
import { type MintRequest, mint, mintTarget } from '../../shared/mint.ts';
import type { Policy } from '../../shared/policy.ts';
import { readAskedRecipe, settledKeys } from '../asked-recipe.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { readDuration } from '../duration.ts';
import { usage } from '../failure.ts';
import { offlineSigner, onlineSigner } from '../signer.ts';

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

/** The same URL on a host of the tenant's own, which leaves `/TENANT` out. */
function onHost(url: string, host: string, { tenant }: MintRequest, base: string): string {
  const [, scheme = 'https://', name] =
    /^(https?:\/\/)?([A-Za-z0-9.-]+(?::[0-9]+)?)\/?$/.exec(host) ?? [];
  if (name === undefined)
    throw usage(`--host is "${host}"; write the name of a host, such as img.example.com`);
  return `${scheme}${name}${url.slice(base.replace(/\/$/, '').length + 1 + tenant.length)}`;
}

async function mintUrl(
  tenant: string,
  path: string,
  written: readonly string[],
  options: Options,
): Promise<void> {
  await run(options, async (target) => {
    const [, before, recipe] = /^(.*)\?(x-(?:oss|bce)-process=.*)$/.exec(path) ?? [];
    if (recipe !== undefined)
      throw usage(
        `the recipe stands in the path; write: npx signet mint ${tenant} '${before}' '${recipe}'`,
      );
    const now = Math.floor(Date.now() / 1_000);
    const lifetime = readDuration(options.expires);
    const exp = lifetime === undefined ? undefined : roundedExpiry(now, lifetime);
    const request: MintRequest = { tenant, path, ...readAskedRecipe(written), exp };
    // The grammar first: it is wrong whoever signs.
    mintTarget(request);
    const signer = offlineSigner(tenant) ?? (await onlineSigner(await target(), tenant));
    if (options.check && signer.policy !== undefined) checkAgainst(signer.policy, request, now);
    const long = mint(nodeCrypto, signer.address, request, signer);
    const { host } = options;
    const url = host === undefined ? long : onHost(long, host, request, signer.address);
    return { text: url, json: { url, tenant, path, kid: signer.kid, exp: exp ?? null } };
  });
}

export const mintCommand = command(
  'mint <tenant> <path> [operations...]',
  "Print a signed URL, such as: npx signet mint demo cat.jpg resize,w_400 format,f_auto. A recipe of OSS or BOS stays as it is: 'x-oss-process=image/resize,w_400'",
)
  .option('--expires <duration>', 'how long it lives: 90s, 15m, 1h, 7d or never', '1h')
  .option('--host <host>', "a host of the tenant's own, whose URLs leave the tenant out")
  .option('--no-check', 'do not ask the policy whether the edge will serve it')
  .action(mintUrl);
