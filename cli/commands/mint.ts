import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import {
  type MintRequest,
  mint,
  mintTarget,
  requestedRecipe,
  roundedExpiry,
} from '../../shared/mint.ts';
import { checkLifetime, expandPreset, type Policy } from '../../shared/policy.ts';
import { formatOf, type Recipe, withFormat } from '../../shared/recipe.ts';
import { readQuerySpelling } from '../../shared/spelling.ts';
import { authorize, nameOf } from '../../shared/stages.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { readDuration } from '../duration.ts';
import { usage } from '../failure.ts';
import { offlineSigner, onlineSigner } from '../signer.ts';

type Options = CommonOptions & { readonly expires: string; readonly check: boolean };

/** What a recipe can be asked for as: with `auto`, whatever a browser makes of it. */
function settled(policy: Policy, recipe: Recipe): readonly Recipe[] {
  const format = formatOf(recipe);
  const formats = format === 'auto' ? ([...policy.autoFormats, 'src'] as const) : [format];
  return formats.map((one) => withFormat(recipe, one));
}

/** Asks what the edge would ask. Throws its refusal. */
function checkAgainst(policy: Policy, request: MintRequest, now: number): void {
  const { tenant, path, exp } = request;
  checkLifetime(policy, exp === undefined ? undefined : String(exp), now);
  const written = requestedRecipe(request);
  for (const recipe of settled(policy, expandPreset(policy, written)))
    nameOf(authorize({ tenant, path, recipe }, policy, now));
}

/** Operations as they are, or one recipe as it stood behind the question mark of another service. */
function readRecipe(written: readonly string[]): Pick<MintRequest, 'operations' | 'query'> {
  const [query] = written.flatMap((one) => readQuerySpelling(one) ?? []);
  if (query === undefined) return { operations: written };
  if (written.length > 1) throw usage(`${query.name} stands alone; leave the other operations out`);
  return { operations: [], query };
}

async function mintUrl(
  tenant: string,
  path: string,
  written: readonly string[],
  options: Options,
): Promise<void> {
  await run(options, async (target) => {
    const now = Math.floor(Date.now() / 1_000);
    const lifetime = readDuration(options.expires);
    const exp = lifetime === undefined ? undefined : roundedExpiry(now, lifetime);
    const request: MintRequest = { tenant, path, ...readRecipe(written), exp };
    // The grammar first: it is wrong whoever signs.
    mintTarget(request);
    const signer = offlineSigner(tenant) ?? (await onlineSigner(target(), tenant));
    if (options.check && signer.policy !== undefined) checkAgainst(signer.policy, request, now);
    const url = mint(nodeCrypto, signer.address, request, signer);
    return { text: url, json: { url, tenant, path, kid: signer.kid, exp: exp ?? null } };
  });
}

export const mintCommand = command(
  'mint <tenant> <path> [operations...]',
  "Print a signed URL, such as: npx signet mint demo cat.jpg resize,w_400 format,f_auto. A recipe of OSS or BOS stays as it is: 'x-oss-process=image/resize,w_400'",
)
  .option('--expires <duration>', 'how long it lives: 90s, 15m, 1h, 7d or never', '1h')
  .option('--no-check', 'do not ask the policy whether the edge will serve it')
  .action(mintUrl);
