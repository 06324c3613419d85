import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { decideNamingNearest } from '../../shared/policy/nearest.ts';
import { PortFailure, seconds } from '../../shared/ports.ts';
import type { SplitUrl } from '../../shared/recipe/request-url.ts';
import { parseWritten } from '../../shared/recipe/request-url.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { SignedUrl } from '../../shared/request/admission.ts';
import {
  collectStages,
  type Observe,
  runFromAdmit,
  runToVerify,
} from '../../shared/request/stages.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import { readServiceLine } from '../logs/service-line.ts';
import type { Installation } from '../target/target.ts';
import { explainLine } from './explain-line.ts';
import type { ExplainDeps, ExplainRequest } from './explain-request.ts';
import { createExplanation, type Explanation, type ExplanationRecord } from './explanation.ts';
import { hostHint } from './host-hint.ts';
import { type Knowledge, offlineKnowledge, onlineKnowledge } from './knowledge.ts';
import { lookUp } from './look-up.ts';
import { type PastedUrl, readPastedUrl } from './pasted-url.ts';
import { cookieHint, isUnsigned, signatureHint, splitHint } from './signing-hints.ts';
import { notesView, stageViews } from './stage-views.ts';

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
  const { observe: collect, passed } = collectStages();
  const views = stageViews(request.accept, () => passed.split?.query);
  const record = createExplanation(request.url, views);
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
  const changed = splitHint(run.pasted);
  if (changed['mistake'] !== undefined) return changed;
  if (run.pasted.logged && run.request.cookie === undefined && isUnsigned(url)) return cookieHint;
  const signing = await signatureHint(await run.knowledge(), url, run.request.cookie);
  return { ...signing, ...hostHint(run.hosts, run.pasted) };
}

/** With only a signing key the grammar is checked, but not the policy. */
function explainGrammar({ record }: Run, url: SignedUrl): void {
  const operations = parseWritten(url).steps.map(({ name }) => name);
  const notes = notesView(url.query);
  record.pass('parse', { operations, policy: 'not asked: SIGNET_KEY is set', ...notes });
}

/** The page that the policy has to name: one that sends a cookie to a deployment with `corsOrigins`. */
async function findPage(
  { corsOrigins }: Installation,
  { page }: ExplainRequest,
  { granted, grant }: SignedUrl,
): Promise<{ readonly page?: string }> {
  const isInCookie = granted !== undefined && grant === undefined;
  if (page === undefined || !isInCookie || (await corsOrigins()).length === 0) return {};
  return { page };
}

async function explainStages(run: Run): Promise<Explanation> {
  const { request, pasted, hosts, record, observe } = run;
  const now = () => seconds(systemClock);
  const keys = { read: async () => (await run.knowledge()).keyring };
  const { accept, cookie } = request;
  const viewer = { method: 'GET', ...pasted, accept, cookie };
  const url = await runToVerify(viewer, { crypto: nodeCrypto, now, hosts, keys }, observe);
  const { online } = await run.knowledge();
  if (online === undefined) {
    explainGrammar(run, url);
    return record.result();
  }
  const policy = await online.policyOf(url.tenant);
  const page = await findPage(online.installation, request, url);
  const question = { accept: request.accept, now: now(), observe };
  const named = decideNamingNearest(policy, () =>
    runFromAdmit({ ...url, ...page }, policy, question),
  );
  if (policy === undefined) return record.result();
  const stored = await lookUp(run.record, online.installation, url, policy, named);
  return record.result({ key: named.key, stored });
}

/**
 * Explains how the service handles a URL, or a request of which a log has a line, stage by stage. A refusal
 * is part of the explanation. Throws usage failures, and `PortFailure` if the installation does not answer.
 */
export async function explainUrl(request: ExplainRequest, deps: ExplainDeps): Promise<Explanation> {
  const line = readServiceLine(request.url);
  if (typeof line === 'object') return explainLine(line, request, deps);
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
