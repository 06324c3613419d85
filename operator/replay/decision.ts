import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import { continuationGeneration, readKid } from '../../shared/keys/keyring.ts';
import { negotiable } from '../../shared/operations/accept.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { canonicalRecipe, formatIn, withoutFree } from '../../shared/recipe/canonical.ts';
import {
  parseWritten,
  type SplitUrl,
  signatureOf,
  splitUrl,
} from '../../shared/recipe/request-url.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { Refusal, type RefusalCode } from '../../shared/refusal.ts';
import type { PolicyRequest } from '../../shared/request/admission.ts';
import { readGrant } from '../../shared/request/grant.ts';
import {
  type AuthorizedRequest,
  collectStages,
  decideRecipe,
  type ParsedRequest,
  parse,
  runFromAdmit,
} from '../../shared/request/stages.ts';
import type { LoggedRequest } from '../logs/access-log.ts';

/*
 * The decisions of two policies on a logged request. The stages run from admit on, because the log has the
 * result of the earlier ones.
 */

/** A policy, and whether it is known which kids it accepts. */
export type Side = { readonly policy: Policy; readonly knowsKids: boolean };
export type Sides = { readonly before: Side; readonly after: Side };

/** The number of decisions about recipes to cache, at most 8 KB each. */
const heldDecisions = 10_000;

/** Why a request is not counted. */
export const undecidedReasons = {
  method: 'neither GET nor HEAD',
  malformed: 'not in the grammar of URLs, whatever the policy',
  unsigned: 'without a signature',
  otherwise: 'answered 403 although the policy before allows them: signature, expiry, older policy',
  unasked: 'answered by CloudFront before the edge was asked',
} as const;
export type UndecidedReason = keyof typeof undecidedReasons;

export type VerdictChange =
  | 'stillAllowed'
  | 'newlyRefused'
  | 'newlyAllowed'
  | 'refusedBeforeAndAfter';

export type Verdict =
  | { readonly kind: 'otherTenant' }
  | { readonly kind: 'undecided'; readonly why: UndecidedReason }
  | {
      readonly kind: 'decided';
      readonly change: VerdictChange;
      /** The code of the new policy's refusal, if the old policy allows the request. */
      readonly code: RefusalCode | undefined;
      /** Whether the new policy allows it only because it is in report mode. */
      readonly reported: boolean;
      /** The recipe without a version, with its format as written. */
      readonly recipe: string;
      readonly keysBefore: readonly string[];
      readonly keysAfter: readonly string[];
    };

type Refused = { readonly code: RefusalCode };
/** The key, with the refusal that report mode did not enforce, or the refusal. */
type Outcome = { readonly key: string; readonly reported: boolean } | Refused;
/** The same under both policies. */
type Both<T> = { readonly before: T; readonly after: T };

function catchRefusal<T>(act: () => T): T | Refusal {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

function isKey(uri: string): boolean {
  return !(catchRefusal(() => parseKey(uri)) instanceof Refusal);
}

/** The answers that only an allowed request can get. */
const letIn = (status: number): boolean =>
  (status >= 200 && status < 400) || [404, 412, 415, 416].includes(status);

/**
 * The request as it was after verify; the log has the result of verify. A canonical key without a
 * credential was written by viewer-request. Like a continuation, it has no kid and no lifetime. Throws
 * `forbidden` for other URLs without a credential.
 */
function policyRequest(url: SplitUrl, { status, querystring }: LoggedRequest): PolicyRequest {
  const rewritten = querystring === '' && letIn(status) && isKey(url.uri);
  const granted =
    url.grant === undefined ? undefined : readGrant(url.grant, url.tenant, nodeCrypto.decode);
  const kid = rewritten ? '' : (granted?.kid ?? signatureOf(url).kid);
  const continuation = rewritten || readKid(kid).generation === continuationGeneration;
  return { ...url, kid, continuation, granted };
}

/** If a policy file has no keys, the kid of the URL is accepted. */
const policyFor = ({ policy, knowsKids }: Side, { kid }: PolicyRequest): Policy =>
  knowsKids ? policy : { ...policy, keys: { active: kid, accept: [kid] } };

/** A decision depends on these parts and not on the path. Millions of lines have few different recipes. */
function recipeKey(
  { query, operations, granted }: PolicyRequest,
  more: readonly unknown[],
): string {
  const presets = granted === undefined ? null : (granted.presets ?? 'any');
  return JSON.stringify([query?.name, query?.value, operations, presets, ...more]);
}

/** `decideRecipe` with a cache. */
function createDecisionCache(): typeof decideRecipe {
  const held = boundedCache<AuthorizedRequest | Refusal>(heldDecisions);
  return (request, policy, question) => {
    const { accept, now, observe } = question;
    const key = recipeKey(request, [accept, now * 1_000 < policy.reportUntil]);
    const known =
      held.get(key) ?? catchRefusal(() => decideRecipe(request, policy, { accept, now }));
    held.set(key, known);
    if (known instanceof Refusal) throw known;
    const allowed = { ...known, path: request.path };
    observe?.('authorize', allowed);
    return allowed;
  };
}

/** The name of a recipe in the report, and the Accept headers that its viewers may have sent. */
type Reading = { readonly recipe: string; readonly accepts: readonly (string | undefined)[] };

/**
 * The log does not contain Accept. So `f_auto` is tried for a viewer of each type that either policy
 * prefers, and for a viewer that accepts none of them.
 */
function acceptsFor({ before, after }: Sides): readonly (string | undefined)[] {
  const types = new Set([...before.policy.autoFormats, ...after.policy.autoFormats]);
  return [...[...types].map((type) => negotiable[type]), undefined];
}

/** A preset is reported by its name, because its recipe is in the policy and not in the request. */
function recipeText(request: PolicyRequest, parsed: ParsedRequest | Refusal): string {
  if (parsed instanceof Refusal) return request.query?.value ?? request.operations ?? '';
  const { preset } = parseWritten(request);
  return preset === undefined
    ? withoutFree(canonicalRecipe(parsed.steps)).text
    : `style,n_${preset}`;
}

const isAuto = (parsed: ParsedRequest | Refusal): boolean =>
  !(parsed instanceof Refusal) && formatIn(parsed.steps) === 'auto';

function readRecipe(request: PolicyRequest, sides: Sides): Reading {
  const before = catchRefusal(() => parse(request, sides.before.policy));
  const after = catchRefusal(() => parse(request, sides.after.policy));
  const accepts = isAuto(before) || isAuto(after) ? acceptsFor(sides) : [undefined];
  return { recipe: recipeText(request, before), accepts };
}

function createReadingCache(sides: Sides): (request: PolicyRequest) => Reading {
  const held = boundedCache<Reading>(heldDecisions);
  return (request) => {
    const key = recipeKey(request, []);
    const reading = held.get(key) ?? readRecipe(request, sides);
    held.set(key, reading);
    return reading;
  };
}

type AskSide = (request: PolicyRequest, accept: string | undefined, now: number) => Outcome;

/** Runs the stages from admit on under one of the policies. */
function createAsk(side: Side): AskSide {
  const decide = createDecisionCache();
  return (request, accept, now) => {
    const { observe, passed } = collectStages();
    const question = { accept, now, observe };
    const named = catchRefusal(() =>
      runFromAdmit(request, policyFor(side, request), question, decide),
    );
    if (named instanceof Refusal) return { code: named.code };
    return { key: named.key, reported: passed.authorize?.reported !== undefined };
  };
}

type Pair = Both<Outcome>;

/** If viewers of different types get different decisions, a new refusal counts. */
function changeOf(pairs: readonly Pair[]): VerdictChange {
  const some = (was: 'key' | 'code', is: 'key' | 'code'): boolean =>
    pairs.some(({ before, after }) => was in before && is in after);
  if (some('key', 'code')) return 'newlyRefused';
  if (some('code', 'key')) return 'newlyAllowed';
  return some('key', 'key') ? 'stillAllowed' : 'refusedBeforeAndAfter';
}

function codeOf(pairs: readonly Pair[]): RefusalCode | undefined {
  const lost = pairs.find(({ before, after }) => 'key' in before && 'code' in after);
  return lost !== undefined && 'code' in lost.after ? lost.after.code : undefined;
}

const keysIn = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.flatMap((outcome) => ('key' in outcome ? [outcome.key] : []));

function compare(pairs: readonly Pair[], { status }: LoggedRequest, recipe: string): Verdict {
  // The log has a 403, so only viewers that the old policy refuses can have sent this request.
  const possible = status === 403 ? pairs.filter((pair) => 'code' in pair.before) : pairs;
  if (possible.length === 0) return { kind: 'undecided', why: 'otherwise' };
  return {
    kind: 'decided',
    change: changeOf(possible),
    code: codeOf(possible),
    reported: possible.some((pair) => 'key' in pair.after && pair.after.reported),
    recipe,
    keysBefore: keysIn(possible.map((pair) => pair.before)),
    keysAfter: keysIn(possible.map((pair) => pair.after)),
  };
}

/** CloudFront redirects or refuses the viewer before viewer-request runs. */
const unasked = ['Redirect', 'LimitExceeded', 'CapacityExceeded'];

export type Decide = (request: LoggedRequest) => Verdict;

/** Decides logged requests under both policies. Never throws because of the content of a request. */
export function createDecider(sides: Sides): Decide {
  const { tenant } = sides.after.policy;
  const readingOf = createReadingCache(sides);
  const [askBefore, askAfter] = [createAsk(sides.before), createAsk(sides.after)];
  return (logged) => {
    const { method, uri, querystring, resultType, at } = logged;
    if (unasked.includes(resultType)) return { kind: 'undecided', why: 'unasked' };
    const url = catchRefusal(() => splitUrl(uri, querystring));
    if (url instanceof Refusal) return { kind: 'undecided', why: 'malformed' };
    if (url.tenant !== tenant) return { kind: 'otherTenant' };
    if (method !== 'GET' && method !== 'HEAD') return { kind: 'undecided', why: 'method' };
    const request = catchRefusal(() => policyRequest(url, logged));
    if (request instanceof Refusal) return { kind: 'undecided', why: 'unsigned' };
    const { recipe, accepts } = readingOf(request);
    const pairs = accepts.map((accept) => ({
      before: askBefore(request, accept, at),
      after: askAfter(request, accept, at),
    }));
    return compare(pairs, logged, recipe);
  };
}
