import { LRUCache } from 'lru-cache';
import { continuationGeneration, readKid } from '../../shared/keys/keyring.ts';
import { negotiable } from '../../shared/operations/accept.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { formatOf, printRecipe, withoutFree } from '../../shared/recipe/recipe.ts';
import { credentialOf, type SplitUrl, splitUrl } from '../../shared/recipe/request-url.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { Refusal, type RefusalCode } from '../../shared/refusal.ts';
import { readGrant } from '../../shared/request/grant.ts';
import {
  type AuthorizedRequest,
  admit,
  authorize,
  type ImageRequest,
  nameOf,
  negotiate,
  readRequest,
  type SignedUrl,
  writtenIn,
} from '../../shared/request/stages.ts';
import type { LoggedRequest } from '../logs/access-log.ts';

/*
 * What two policies say of a request that was logged: the stages of the edge, in its order, without
 * the signature and the expiry, of which the log has the answer.
 */

/** A policy, and whether it is known which kids it accepts. */
export type Side = { readonly policy: Policy; readonly knowsKids: boolean };
export type Sides = { readonly before: Side; readonly after: Side };

/** Recipes whose decisions are remembered, 8 KB each at the worst. */
const heldReadings = 10_000;

/** Why a request says nothing about a policy. */
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
      /** The code of the policy after, where it refuses what the one before allows. */
      readonly code: RefusalCode | undefined;
      /** Whether the policy after lets it in only because it is in report mode. */
      readonly reported: boolean;
      /** What was asked for, without a version and with its format as it was written. */
      readonly recipe: string;
      readonly keysBefore: readonly string[];
      readonly keysAfter: readonly string[];
    };

type Refused = { readonly code: RefusalCode };
type Asked = { readonly asked: ImageRequest } | Refused;
type Settled = { readonly allowed: AuthorizedRequest } | Refused;
/** A key, perhaps only because the policy is in report mode, or why there is none. */
type Outcome = { readonly key: string; readonly reported: boolean } | Refused;
/** The same under both policies. */
type Both<T> = { readonly before: T; readonly after: T };

function catchRefusal<T>(act: () => T): T | Refused {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof Refusal) return { code: thrown.code };
    throw thrown;
  }
}

function isKey(uri: string): boolean {
  const parsed = catchRefusal(() => parseKey(uri));
  return !('code' in parsed);
}

/** What only a request that was let in is answered with. */
const letIn = (status: number): boolean =>
  (status >= 200 && status < 400) || [404, 412, 415, 416].includes(status);

/**
 * The URL as if its signature had been checked: the log says how that ended. A canonical key that
 * was answered without a credential is one that the edge itself has written in the URL's place, and
 * like a continuation it has no kid or lifetime to ask about. Throws `forbidden` for other URLs
 * without a credential.
 */
function asSigned(url: SplitUrl, { status, querystring }: LoggedRequest): SignedUrl {
  const rewritten = querystring === '' && letIn(status) && isKey(url.uri);
  const granted = url.grant === undefined ? undefined : readGrant(url.grant, url.tenant);
  const kid = rewritten ? '' : (granted?.kid ?? credentialOf(url).kid);
  const continuation = rewritten || readKid(kid).generation === continuationGeneration;
  const signed = { ...url, kid, continuation, ...(granted === undefined ? {} : { granted }) };
  return signed as unknown as SignedUrl;
}

/** Where it is not known which kids are accepted, the one in the URL is. */
function admission(url: SignedUrl, { policy, knowsKids }: Side, at: number): Refused | undefined {
  const { kid } = url;
  const asked = knowsKids ? policy : { ...policy, keys: { active: kid, accept: [kid] } };
  const admitted = catchRefusal(() => admit(url, asked, at));
  return 'code' in admitted ? admitted : undefined;
}

const readAsked = (url: SignedUrl, { policy }: Side): Asked =>
  catchRefusal(() => ({ asked: readRequest({ url, policy }) }));

function settle(asked: Asked, { policy }: Side, accept: string | undefined, at: number): Settled {
  if ('code' in asked) return asked;
  const negotiated = negotiate(asked.asked, accept, policy.autoFormats);
  return catchRefusal(() => ({ allowed: authorize(negotiated, policy, at) }));
}

const isAuto = (asked: Asked): boolean =>
  'asked' in asked && formatOf(asked.asked.recipe) === 'auto';

/**
 * The log does not have Accept. So `f_auto` is settled for a viewer of each type that either policy
 * prefers, and for one of none: each of them may have asked, and not all of them have.
 */
function acceptsFor({ before, after }: Sides): readonly (string | undefined)[] {
  const types = new Set([...before.policy.autoFormats, ...after.policy.autoFormats]);
  return [...[...types].map((type) => negotiable[type]), undefined];
}

/** A preset by its name: what it stands for is in the policy, not in the request. */
function recipeText(url: SignedUrl, asked: Asked): string {
  if ('code' in asked) return url.query?.value ?? url.operations ?? '';
  const { preset } = writtenIn(url);
  return preset === undefined ? printRecipe(withoutFree(asked.asked.recipe)) : `style,n_${preset}`;
}

/** What was asked for, and what becomes of it for each viewer who may have asked. */
type Reading = { readonly recipe: string; readonly viewers: readonly Both<Settled>[] };

function read(url: SignedUrl, sides: Sides, at: number): Reading {
  const before = readAsked(url, sides.before);
  const after = readAsked(url, sides.after);
  const accepts = isAuto(before) || isAuto(after) ? acceptsFor(sides) : [undefined];
  return {
    recipe: recipeText(url, before),
    viewers: accepts.map((accept) => ({
      before: settle(before, sides.before, accept, at),
      after: settle(after, sides.after, accept, at),
    })),
  };
}

/** What a policy says of a recipe is the same for every path; millions of lines have few recipes. */
function createReadingCache(sides: Sides): (url: SignedUrl, at: number) => Reading {
  const readings = new LRUCache<string, Reading>({ max: heldReadings });
  const reports = ({ policy }: Side, at: number): boolean => at * 1_000 < policy.reportUntil;
  return (url, at) => {
    const { query, operations } = url;
    const modes = [reports(sides.before, at), reports(sides.after, at)];
    const key = JSON.stringify([modes, query?.name, query?.value, operations]);
    const reading = readings.get(key) ?? read(url, sides, at);
    readings.set(key, reading);
    return reading;
  };
}

function outcomeOf(refused: Refused | undefined, settled: Settled, path: string): Outcome {
  if (refused !== undefined) return refused;
  if ('code' in settled) return settled;
  const { allowed } = settled;
  return catchRefusal(() => ({
    key: nameOf({ ...allowed, path }).key,
    reported: allowed.reported !== undefined,
  }));
}

type Pair = Both<Outcome>;

/** One viewer who is refused from now on weighs more than others who are let in. */
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

function compare(
  url: SignedUrl,
  { at, status }: LoggedRequest,
  sides: Sides,
  { recipe, viewers }: Reading,
): Verdict {
  const before = admission(url, sides.before, at);
  const after = admission(url, sides.after, at);
  const all = viewers.map((viewer) => ({
    before: outcomeOf(before, viewer.before, url.path),
    after: outcomeOf(after, viewer.after, url.path),
  }));
  // Who was answered 403 can only be one whom the policy before refuses.
  const pairs = status === 403 ? all.filter((pair) => 'code' in pair.before) : all;
  if (pairs.length === 0) return { kind: 'undecided', why: 'otherwise' };
  return {
    kind: 'decided',
    change: changeOf(pairs),
    code: codeOf(pairs),
    reported: pairs.some((pair) => 'key' in pair.after && pair.after.reported),
    recipe,
    keysBefore: keysIn(pairs.map((pair) => pair.before)),
    keysAfter: keysIn(pairs.map((pair) => pair.after)),
  };
}

/** The viewer is sent elsewhere or away before viewer-request runs. */
const unasked = ['Redirect', 'LimitExceeded', 'CapacityExceeded'];

export type Decide = (request: LoggedRequest) => Verdict;

/** Decides logged requests under both policies. Never throws for what a viewer has sent. */
export function createDecider(sides: Sides): Decide {
  const { tenant } = sides.after.policy;
  const reading = createReadingCache(sides);
  return (request) => {
    const { method, uri, querystring, resultType, at } = request;
    if (unasked.includes(resultType)) return { kind: 'undecided', why: 'unasked' };
    const url = catchRefusal(() => splitUrl(uri, querystring));
    if ('code' in url) return { kind: 'undecided', why: 'malformed' };
    if (url.tenant !== tenant) return { kind: 'otherTenant' };
    if (method !== 'GET' && method !== 'HEAD') return { kind: 'undecided', why: 'method' };
    const signed = catchRefusal(() => asSigned(url, request));
    return 'code' in signed
      ? { kind: 'undecided', why: 'unsigned' }
      : compare(signed, request, sides, reading(signed, at));
  };
}
