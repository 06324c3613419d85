import { type Negotiable, negotiateFormat } from '../operations/accept.ts';
import type { Format } from '../operations/operation.ts';
import {
  checkBlocked,
  expandPreset,
  findDenial,
  isReported,
  type Policy,
} from '../policy/policy.ts';
import type { Crypto } from '../ports.ts';
import { canonicalRecipe, findWatermark, formatIn, type Recipe } from '../recipe/canonical.ts';
import { checkGrantable, type RecipeStep } from '../recipe/recipe.ts';
import { type SplitUrl, splitUrl } from '../recipe/request-url.ts';
import { type DerivativeKey, derivativeKey } from '../recipe/storage-key.ts';
import { Refusal } from '../refusal.ts';
import { type HostMap, longForm } from '../url/host-map.ts';
import { watermarkPath } from '../url/path.ts';
import {
  admit,
  checkGrantedPresets,
  type KeyringSource,
  type PolicyRequest,
  type SignedUrl,
  verify,
} from './admission.ts';
import { plainReading, type Reading } from './reading.ts';
import { snapRecipe } from './snap.ts';

/*
 * One request, from its URL to the key of its derivative. Each stage takes what the stage before made
 * and returns something narrower. This file is the only one that spells out their order. The edge runs
 * all of them; `replay` and the client, which know the signer already, begin at admit.
 */

/** What the service reads of a viewer's request. No other header has any influence. */
export type ViewerRequest = {
  readonly method: string;
  /** A host may belong to a tenant. */
  readonly host?: string | undefined;
  readonly uri: string;
  readonly querystring: string;
  readonly accept: string | undefined;
  /** May hold a grant. Other cookies are ignored. */
  readonly cookie?: string | undefined;
  /**
   * The origin of the page that sent the request, if the deployment lets pages use credentials. A grant in a
   * cookie then counts only for the pages that the policy names.
   */
  readonly page?: string | undefined;
};

/** The source and the operations that a request asks for, with presets expanded. */
export type ParsedRequest = {
  readonly tenant: string;
  readonly path: string;
  readonly steps: readonly RecipeStep[];
  /** The presets that the grant is limited to; undefined without such a grant. */
  readonly presets?: readonly string[] | undefined;
};

/** The source and the recipe that a request asks for. The format is settled. */
export type ImageRequest = Omit<ParsedRequest, 'steps'> & { readonly recipe: Recipe };

declare const authorized: unique symbol;
/** A request that the policy allows. Only `authorizeRecipe` makes one, and only such a request gets a key. */
export type AuthorizedRequest = ImageRequest & {
  readonly [authorized]: true;
  /** The refusal that report mode turned into a log entry. */
  readonly reported: Refusal | undefined;
};

/** The result of each stage, in the order in which they run. */
export type StageResults = {
  readonly split: SplitUrl;
  readonly verify: SignedUrl;
  readonly admit: Policy;
  readonly parse: ParsedRequest;
  readonly negotiate: ImageRequest;
  readonly authorize: AuthorizedRequest;
  readonly name: DerivativeKey;
};
export type StageName = keyof StageResults;

/** The names of the stages in the order in which they run. */
export const stageNames: readonly StageName[] = [
  'split',
  'verify',
  'admit',
  'parse',
  'negotiate',
  'authorize',
  'name',
];

/** Called after each stage that a request passes. The stage after the last call is the one that refused. */
export type Observe = <Name extends StageName>(stage: Name, result: StageResults[Name]) => void;

/** An observer that keeps the result of each stage. */
export function collectStages() {
  const passed: { -readonly [Name in StageName]?: StageResults[Name] } = {};
  const observe: Observe = (stage, result) => {
    passed[stage] = result;
  };
  return { observe, passed };
}

const ignore: Observe = () => undefined;

/** What the stage verify needs. */
export type VerifyDeps = {
  readonly crypto: Crypto;
  /** The time in whole Unix seconds. */
  readonly now: () => number;
  readonly hosts: HostMap;
  readonly keys: KeyringSource;
  /** How texts are read; left out if nothing is remembered. */
  readonly reading?: Reading;
};

export type StageDeps = VerifyDeps & {
  /** The policy of the URL's tenant; undefined for an unknown tenant. Throws `unavailable`. */
  readonly policyFor: (url: SignedUrl) => Promise<Policy | undefined>;
};

/**
 * Reads the operations and expands a preset. Throws `malformed`, `denied_preset` for an unknown preset,
 * and `denied_operation` for an operation that no grant covers.
 */
export function parse(
  request: PolicyRequest,
  policy: Policy,
  reading: Reading = plainReading,
): ParsedRequest {
  const { granted, tenant, path } = request;
  const steps = expandPreset(policy, reading.parseWritten(request));
  if (granted !== undefined) checkGrantable(steps);
  return { tenant, path, steps, presets: granted?.presets };
}

/** The formats that the answer can have: all that `auto` can become, or the one that is named. */
export function answerFormats({ steps }: ParsedRequest, policy: Policy): readonly Format[] {
  const own = formatIn(steps);
  return own === 'auto' ? [...policy.autoFormats, 'src'] : [own];
}

/** Settles `format,f_auto` from the Accept header. Nothing else in a request depends on a header. */
export function negotiate(
  parsed: ParsedRequest,
  accept: string | undefined,
  order: readonly Negotiable[],
  reading: Reading = plainReading,
): ImageRequest {
  const { tenant, path, presets, steps } = parsed;
  const own = formatIn(steps);
  const format = own === 'auto' ? negotiateFormat(accept, order, reading.readQualities) : own;
  return { tenant, path, presets, recipe: canonicalRecipe(steps, format) };
}

/** A blocked watermark is refused on every view, since the recipe names it. Report mode does not relax this. */
function checkWatermark(policy: Policy, recipe: Recipe): void {
  const id = policy.blocked.length === 0 ? undefined : findWatermark(recipe);
  if (id !== undefined) checkBlocked(policy, watermarkPath(id));
}

/**
 * Checks a recipe against the policy. Throws the denial. In report mode the denial is returned with the
 * recipe instead. `now` in seconds.
 */
export function authorizeRecipe(
  request: ImageRequest,
  policy: Policy,
  now: number,
): AuthorizedRequest {
  if (request.presets !== undefined) checkGrantedPresets(policy, request.presets, request.recipe);
  if (policy.blocked.length > 0) checkWatermark(policy, request.recipe);
  const denied = findDenial(policy, request.recipe);
  if (denied !== undefined && !isReported(policy, denied, now)) throw denied;
  const { tenant, path, presets, recipe } = request;
  const allowed = { tenant, path, presets, recipe, reported: denied };
  return allowed as unknown as AuthorizedRequest;
}

/** Moves a side to the next allowed length if the policy snaps, then checks the recipe. Throws the denial. */
export function authorize(request: ImageRequest, policy: Policy, now: number): AuthorizedRequest {
  if (!policy.snap) return authorizeRecipe(request, policy, now);
  const recipe = snapRecipe(policy, request.recipe);
  return authorizeRecipe({ ...request, recipe }, policy, now);
}

export type PolicyQuestion = {
  readonly accept: string | undefined;
  /** Unix seconds. */
  readonly now: number;
  readonly observe?: Observe | undefined;
  readonly reading?: Reading | undefined;
};

/** Runs parse, negotiate and authorize, which do not depend on the signer. Throws the first refusal. */
export function decideRecipe(
  request: PolicyRequest,
  policy: Policy,
  { accept, now, observe = ignore, reading = plainReading }: PolicyQuestion,
): AuthorizedRequest {
  const parsed = parse(request, policy, reading);
  observe('parse', parsed);
  const negotiated = negotiate(parsed, accept, policy.autoFormats, reading);
  observe('negotiate', negotiated);
  const allowed = authorize(negotiated, policy, now);
  observe('authorize', allowed);
  return allowed;
}

/**
 * Runs the stages from admit on, for a request whose signer is known. Throws the first refusal.
 * `decide` may be a version of `decideRecipe` that remembers its answers.
 */
export function runFromAdmit(
  request: PolicyRequest,
  found: Policy | undefined,
  question: PolicyQuestion,
  decide: typeof decideRecipe = decideRecipe,
): DerivativeKey {
  const { now, observe = ignore } = question;
  const policy = admit(request, found, now);
  observe('admit', policy);
  const key = derivativeKey(decide(request, policy, question));
  observe('name', key);
  return key;
}

export type FormatKey = DerivativeKey & { readonly format: Format };

/** Runs negotiate, authorize and name for every format that Accept can lead to. Throws the first refusal. */
export function nameEveryFormat(
  parsed: ParsedRequest,
  policy: Policy,
  now: number,
): readonly FormatKey[] {
  const { steps, ...request } = parsed;
  return answerFormats(parsed, policy).map((format) => {
    const recipe = canonicalRecipe(steps, format);
    return { format, ...derivativeKey(authorize({ ...request, recipe }, policy, now)) };
  });
}

/** Runs the stages from admit on for every format that Accept can lead to. Throws the first refusal. */
export function runForEveryFormat(
  request: PolicyRequest,
  found: Policy | undefined,
  now: number,
): readonly FormatKey[] {
  const policy = admit(request, found, now);
  return nameEveryFormat(parse(request, policy), policy, now);
}

/** Runs split and verify. Throws the first refusal. */
export async function runToVerify(
  request: ViewerRequest,
  deps: VerifyDeps,
  observe: Observe = ignore,
): Promise<SignedUrl> {
  const { method, host, uri, querystring } = request;
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal('method', `${method} is not served`);
  const url = splitUrl(longForm(deps.hosts, host, uri, querystring), querystring);
  observe('split', url);
  const signedUrl = await verify(url, request, deps, deps.now());
  observe('verify', signedUrl);
  return signedUrl;
}

/**
 * Runs every stage: split, verify, admit, parse, negotiate, authorize, name. Returns the key of the
 * derivative. Throws the first refusal.
 */
export async function runStages(
  request: ViewerRequest,
  deps: StageDeps,
  observe: Observe = ignore,
): Promise<DerivativeKey> {
  const url = await runToVerify(request, deps, observe);
  const policy = await deps.policyFor(url);
  const now = deps.now();
  const { accept } = request;
  return runFromAdmit(url, policy, { accept, now, observe, reading: deps.reading });
}
