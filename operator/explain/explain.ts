import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { systemRandom } from '../../shared/adapters/random.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { readSource } from '../../shared/objects/sources.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { PortFailure, seconds } from '../../shared/ports.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import type { SplitUrl } from '../../shared/recipe/request-url.ts';
import type { DerivativeKey } from '../../shared/recipe/storage-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { SignedUrl } from '../../shared/request/admission.ts';
import {
  collectStages,
  type Observe,
  parseWritten,
  runFromAdmit,
  runToVerify,
} from '../../shared/request/stages.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import { isKid } from '../../shared/url/signature.ts';
import { policyFreshness, policyStore, signedPolicies } from '../../shared/versions/cache.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { usageFailure } from '../failure.ts';
import type { TenantSigner } from '../keys/signer.ts';
import type { Installation } from '../target/target.ts';
import {
  createExplanation,
  type Explanation,
  type ExplanationRecord,
  type StageViews,
} from './explanation.ts';
import { hostHint } from './host-hint.ts';
import { nameHint } from './name-mistakes.ts';
import { type PastedUrl, readPastedUrl } from './pasted-url.ts';
import { signatureHint, splitHint } from './signing-hints.ts';

export type ExplainRequest = {
  /** The URL as pasted. */
  readonly url: string;
  readonly accept: string | undefined;
  readonly cookie: string | undefined;
};

export type ExplainDeps = {
  readonly open: () => Promise<Installation>;
  /** The signing key in the environment; undefined if there is none. Throws usage failures. */
  readonly offlineSigner: (tenant: string) => TenantSigner | undefined;
  /** Whether to read the host map of the installation. */
  readonly asksHosts: boolean;
};

/** Where the facts come from: an installation, or one signing key, which verifies the URLs of one tenant. */
type Knowledge = {
  readonly keyring: Keyring;
  readonly tenants: () => Promise<readonly string[]>;
  readonly online?: {
    readonly installation: Installation;
    readonly policyOf: (tenant: string) => Promise<Policy | undefined>;
  };
};

function offlineKnowledge(
  { kid, signingKey }: TenantSigner,
  { tenant, kid: asked }: SplitUrl,
): Knowledge {
  if (asked !== undefined && isKid(asked) && asked !== kid)
    throw usageFailure(
      `SIGNET_KEY is the key of kid ${kid}, not of ${asked}; unset it to ask the installation`,
    );
  const keyring: Keyring = {
    kids: [kid],
    newest: kid,
    mintable: () => kid,
    publishers: [],
    signingKey: (name, wanted) => (name === tenant && wanted === kid ? signingKey : undefined),
  };
  return { keyring, tenants: async () => [] };
}

async function onlineKnowledge(installation: Installation): Promise<Knowledge> {
  // Read as the functions read it, so that a policy they reject is not shown as valid.
  const { of } = policyStore({
    config: installation.config,
    open: signedPolicies(installation.crypto, installation.publishers),
    freshness: { ...policyFreshness, fresh: 0, wait: 0 },
    clock: systemClock,
    random: systemRandom,
    onFailure: () => undefined,
  });
  return {
    keyring: await installation.keyring(),
    tenants: () => tenantNames(installation.config),
    online: { installation, policyOf: of },
  };
}

const printTime = (exp: number): string => new Date(exp * 1_000).toISOString();

function signerView({ granted, kid, exp }: SignedUrl): Readonly<Record<string, unknown>> {
  if (granted === undefined)
    return { kid, expires: exp === undefined ? 'never' : printTime(Number(exp)) };
  const { presets = null, scope } = granted;
  return { kid, grant: true, expires: printTime(granted.exp), scope, presets };
}

const stageViews = (accept: string | undefined): StageViews => ({
  split: ({ tenant, path, operations }) => ({ tenant, path, operations: operations ?? null }),
  verify: signerView,
  admit: ({ keys, maxLifetime }) => ({ acceptedKids: keys.accept, maxLifetime }),
  parse: ({ steps }) => ({ recipe: canonicalRecipe(steps).text }),
  negotiate: ({ recipe }) => ({ accept: accept ?? null, format: recipe.format }),
  authorize: ({ recipe, reported }) => ({
    recipe: recipe.text,
    ...(reported === undefined ? {} : { reported: reported.code }),
  }),
  name: ({ key, uri }) => ({ key, uri }),
});

/** Without an installation, every host counts as a host for all tenants. */
async function findHosts({ open, asksHosts }: ExplainDeps, { host }: PastedUrl): Promise<HostMap> {
  if (host === undefined || !asksHosts) return {};
  try {
    return await (await open()).hosts();
  } catch {
    return {};
  }
}

/** A run of the stages for one URL, with its context. */
type Run = {
  readonly request: ExplainRequest;
  readonly pasted: PastedUrl;
  readonly hosts: HostMap;
  readonly record: ExplanationRecord;
  readonly observe: Observe;
  readonly splitUrl: () => SplitUrl | undefined;
  readonly knowledge: () => Promise<Knowledge>;
};

function startRun(
  request: ExplainRequest,
  pasted: PastedUrl,
  hosts: HostMap,
  deps: ExplainDeps,
): Run {
  const record = createExplanation(request.url, stageViews(request.accept));
  const { observe: collect, passed } = collectStages();
  let known: Promise<Knowledge> | undefined;
  const findKnowledge = async (): Promise<Knowledge> => {
    const url = passed.split;
    const signer = url === undefined ? undefined : deps.offlineSigner(url.tenant);
    if (url !== undefined && signer !== undefined) return offlineKnowledge(signer, url);
    return onlineKnowledge(await deps.open());
  };
  return {
    ...{ request, pasted, hosts, record },
    observe: (stage, result) => {
      collect(stage, result);
      record.observe(stage, result);
    },
    splitUrl: () => passed.split,
    knowledge: () => {
      known ??= findKnowledge();
      return known;
    },
  };
}

/** Hints at likely mistakes of the sender, for the stage that refused the URL. */
async function findHint(run: Run, stage: string): Promise<Readonly<Record<string, string>>> {
  const url = run.splitUrl();
  if (stage === 'split') return splitHint(run.pasted);
  if (stage !== 'verify' || url === undefined) return {};
  const signing = await signatureHint(await run.knowledge(), url, run.request.cookie);
  return { ...signing, ...hostHint(run.hosts, run.pasted) };
}

/**
 * Looks for the derivative and, if it is missing, for the source. The source is read with the limits of the
 * policy, as in a render. Only a render shows whether it can be decoded.
 */
async function lookUp(
  { record }: Run,
  { derivatives, sources }: Installation,
  url: SignedUrl,
  policy: Policy,
  { key }: DerivativeKey,
): Promise<boolean> {
  const stored = (await derivatives.get(key, { maxBytes: 0 })) !== 'missing';
  record.pass('store', { stored });
  if (stored) return true;
  try {
    const { type, bytes } = await readSource(sources, url, policy.source);
    record.pass('source', { type, bytes: bytes.length });
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    record.refuse('source', thrown, await nameHint(sources, url));
  }
  return false;
}

/** With only a signing key the grammar is checked, but not the policy. */
function explainGrammar({ record }: Run, url: SignedUrl): void {
  const operations = parseWritten(url).steps.map(({ name }) => name);
  record.pass('parse', { operations, policy: 'not asked: SIGNET_KEY is set' });
}

async function explainStages(run: Run): Promise<Explanation> {
  const { request, pasted, hosts, record, observe } = run;
  const now = () => seconds(systemClock);
  const keys = { read: async () => (await run.knowledge()).keyring };
  const viewer = { method: 'GET', ...pasted, ...request };
  const url = await runToVerify(viewer, { crypto: nodeCrypto, now, hosts, keys }, observe);
  const { online } = await run.knowledge();
  if (online === undefined) {
    explainGrammar(run, url);
    return record.result();
  }
  const policy = await online.policyOf(url.tenant);
  const question = { accept: request.accept, now: now(), observe };
  const named = runFromAdmit(url, policy, question);
  if (policy === undefined) return record.result();
  const stored = await lookUp(run, online.installation, url, policy, named);
  return record.result({ key: named.key, stored });
}

/**
 * Explains how the service handles a URL, stage by stage. A refusal is part of the explanation. Throws
 * usage failures, and `PortFailure` if the installation does not answer.
 */
export async function explainUrl(request: ExplainRequest, deps: ExplainDeps): Promise<Explanation> {
  const pasted = readPastedUrl(request.url);
  const run = startRun(request, pasted, await findHosts(deps, pasted), deps);
  try {
    return await explainStages(run);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    if (thrown.cause instanceof PortFailure) throw thrown.cause;
    const stage = run.record.next();
    run.record.refuse(stage, thrown, await findHint(run, stage));
    return run.record.result();
  }
}
