import { createExplanation, printExplanation } from '../../operator/explain/explanation.ts';
import { nameHint } from '../../operator/explain/name-mistakes.ts';
import { readPastedUrl } from '../../operator/explain/pasted-url.ts';
import { signatureHint, splitHint } from '../../operator/explain/signing-hints.ts';
import { usageFailure } from '../../operator/failure.ts';
import { offlineSigner } from '../../operator/keys/signer.ts';
import type { Installation } from '../../operator/target/target.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { systemRandom } from '../../shared/adapters/random.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { readSource } from '../../shared/objects/sources.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { PortFailure, seconds } from '../../shared/ports.ts';
import { formatOf, printRecipe } from '../../shared/recipe/recipe.ts';
import {
  credentialOf,
  grantsOf,
  type SplitUrl,
  splitUrl,
} from '../../shared/recipe/request-url.ts';
import type { DerivativeKey } from '../../shared/recipe/storage-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import {
  type AdmittedUrl,
  admit,
  authorize,
  checkCredential,
  nameOf,
  negotiate,
  readRequest,
  type SignedUrl,
  writtenIn,
} from '../../shared/request/stages.ts';
import { type HostMap, longForm } from '../../shared/url/host-map.ts';
import { isKid } from '../../shared/url/signature.ts';
import { policyFreshness, policyStore, signedPolicies } from '../../shared/versions/cache.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { hostHint } from '../base/host-option.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

type Options = CommonOptions & { readonly accept?: string; readonly cookie?: string };
type Explaining = ReturnType<typeof createExplanation>;

/** What can be asked: everything at a target, and with SIGNET_KEY alone one tenant's key. */
type Knowledge = {
  readonly keyring: Keyring;
  readonly policyOf: ((tenant: string) => Promise<Policy | undefined>) | undefined;
  readonly tenants: () => Promise<readonly string[]>;
  readonly target: Installation | undefined;
};

function offline({ tenant, kid: asked }: SplitUrl, options: Options): Knowledge | undefined {
  const signer = offlineSigner(tenant, options);
  if (signer === undefined) return undefined;
  const { kid, signingKey } = signer;
  if (asked !== undefined && isKid(asked) && asked !== kid)
    throw usageFailure(
      `SIGNET_KEY is the key of kid ${kid}, not of ${asked}; unset it to ask the installation`,
    );
  const keyring: Keyring = {
    kids: [kid],
    newest: kid,
    mintable: () => kid,
    publishers: [],
    signingKey: (asked, wanted) => (asked === tenant && wanted === kid ? signingKey : undefined),
  };
  return { keyring, policyOf: undefined, tenants: async () => [], target: undefined };
}

async function online(target: Installation): Promise<Knowledge> {
  return {
    keyring: await target.keyring(),
    // Read as the edge reads it: a policy that it cannot use must not look as if it were fine.
    policyOf: policyStore({
      config: target.config,
      open: signedPolicies(target.crypto, target.publishers),
      freshness: { ...policyFreshness, fresh: 0, wait: 0 },
      clock: systemClock,
      random: systemRandom,
      onFailure: () => undefined,
    }).of,
    tenants: () => tenantNames(target.config),
    target,
  };
}

function expiryOf({ exp }: SplitUrl): string {
  return exp === undefined ? 'never' : new Date(Number(exp) * 1_000).toISOString();
}

/** The stages behind the policy, in the order of the edge. */
async function decide(ex: Explaining, admitted: AdmittedUrl, accept: string | undefined) {
  const { policy } = admitted;
  const asked = await ex.stage(
    'parse',
    () => readRequest(admitted),
    ({ recipe }) => ({
      recipe: printRecipe(recipe),
    }),
  );
  const settled = await ex.stage(
    'negotiate',
    () => negotiate(asked, accept, policy.autoFormats),
    ({ recipe }) => ({ accept: accept ?? null, format: formatOf(recipe) }),
  );
  const allowed = await ex.stage(
    'authorize',
    () => authorize(settled, policy, seconds(Date.now)),
    ({ recipe, reported }) => ({
      recipe: printRecipe(recipe),
      ...(reported === undefined ? {} : { reported: reported.code }),
    }),
  );
  return ex.stage(
    'name',
    () => nameOf(allowed),
    ({ key, uri }) => ({ key, uri }),
  );
}

/**
 * What S3 has: the derivative itself, or the source that it would be made from. The source is read
 * under the policy's caps, as the edge reads it; whether it can be decoded, only a render shows.
 */
async function lookUp(
  ex: Explaining,
  target: Installation,
  { url, policy }: AdmittedUrl,
  { key }: DerivativeKey,
): Promise<boolean> {
  const stored = await ex.stage(
    'store',
    async () => (await target.derivatives.get(key, { maxBytes: 0 })) !== 'missing',
    (found) => ({ stored: found }),
  );
  if (!stored)
    await ex.stage(
      'source',
      () => readSource(target.sources, url, policy.source),
      ({ type, bytes }) => ({ type, bytes: bytes.length }),
      () => nameHint(target.sources, url),
    );
  return stored;
}

/** With the key alone the grammar can still be checked, but nobody can say what is allowed. */
async function explainOffline(ex: Explaining, url: SplitUrl): Promise<void> {
  await ex.stage(
    'parse',
    () => writtenIn(url),
    ({ steps }) => ({
      operations: steps.map(({ name }) => name),
      policy: 'not asked: SIGNET_KEY is set',
    }),
  );
}

/** Who signed it, and for a grant what it covers. */
function signerOf(signed: SignedUrl): Readonly<Record<string, unknown>> {
  const { granted: grant, kid } = signed;
  if (grant === undefined) return { kid, expires: expiryOf(signed) };
  const { exp, presets = null, scope } = grant;
  return { kid, grant: true, expires: new Date(exp * 1_000).toISOString(), scope, presets };
}

/** What nobody can be asked about is the host of all tenants; the next stage says what is amiss. */
async function hostsAt(
  open: () => Promise<Installation>,
  host: string | undefined,
  { target }: Options,
): Promise<HostMap> {
  if (host === undefined || (process.env['SIGNET_KEY'] && target === undefined)) return {};
  try {
    return await (await open()).hosts();
  } catch {
    return {};
  }
}

async function explainStages(
  ex: Explaining,
  text: string,
  open: () => Promise<Installation>,
  options: Options,
) {
  const { accept, cookie } = options;
  const asked = readPastedUrl(text);
  const hosts = await hostsAt(open, asked.host, options);
  const url = await ex.stage(
    'split',
    () => splitUrl(longForm(hosts, asked.host, asked.uri, asked.querystring), asked.querystring),
    ({ tenant, path, operations }) => ({ tenant, path, operations: operations ?? null }),
    () => splitHint(asked),
  );
  const knowledge = offline(url, options) ?? (await online(await open()));
  const now = seconds(Date.now);
  const signed = await ex.stage(
    'verify',
    () => {
      const credential = grantsOf(url, cookie) ?? credentialOf(url);
      return checkCredential(nodeCrypto, knowledge.keyring, url, credential, now);
    },
    signerOf,
    async () => ({ ...(await signatureHint(knowledge, url, cookie)), ...hostHint(hosts, asked) }),
  );
  const { policyOf, target } = knowledge;
  if (policyOf === undefined || target === undefined) return explainOffline(ex, url);
  const admitted = await ex.stage(
    'admit',
    async () => admit(signed, await policyOf(url.tenant), now),
    ({ policy }) => ({ acceptedKids: policy.keys.accept, maxLifetime: policy.maxLifetime }),
  );
  const named = await decide(ex, admitted, accept);
  ex.endsIn(named.key, await lookUp(ex, target, admitted, named));
}

async function explain(text: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const ex = createExplanation(text);
    try {
      await explainStages(ex, text, open, options);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      if (thrown.cause instanceof PortFailure) throw thrown.cause;
    }
    const explanation = ex.explanation();
    return {
      text: printExplanation(explanation),
      json: explanation,
      exit: explanation.refusal === undefined ? 0 : 1,
    };
  });
}

export const explainCommand = command(
  'explain <url>',
  'Show what the edge makes of a URL, stage by stage; a refusal names the rule and what it allows',
)
  .option('--accept <header>', 'the Accept header to negotiate format,f_auto with')
  .option('--cookie <header>', 'the Cookie header, which may hold a grant')
  .action(explain);
