import { limits } from '../limits.ts';
import { type Policy, printPreset } from '../policy/policy.ts';
import { printRecipe, type Recipe, withoutFree } from '../recipe/recipe.ts';
import { Refusal } from '../refusal.ts';
import { covers } from '../url/scope.ts';

/*
 * Who may ask, for how long and for which sources. Rules about recipes are the policy's own; nothing
 * here is ever relaxed by its report mode.
 */

/** Throws `denied_blocked` for a source that the policy has taken down. */
export function checkBlocked({ blocked }: Policy, path: string): void {
  const scope = blocked.find((one) => covers(one, path));
  if (scope !== undefined)
    throw new Refusal('denied_blocked', { reason: `${scope} is blocked`, rule: 'blocked' });
}

/** Throws `denied_grant` where grants stand for nothing. `now` in seconds. */
export function checkGrants({ grants }: Policy, nbf: number | undefined, now: number): void {
  if (!grants)
    throw new Refusal('denied_grant', {
      reason: 'the policy takes no grants',
      rule: 'urls.grants',
      allowed: false,
    });
  if (nbf !== undefined && nbf > now + limits.clockSkewSeconds)
    throw new Refusal('denied_grant', `the grant is not valid for another ${nbf - now} seconds`);
}

/**
 * Throws `denied_preset` for a recipe that is none of the presets that a grant names. It is asked besides
 * the policy's own rules, and no report mode relaxes it: it is what the minter signed.
 */
export function checkGrantedPresets(policy: Policy, names: readonly string[], asked: Recipe): void {
  const printed = names.flatMap((name) => {
    const recipe = policy.presets.get(name);
    return recipe === undefined ? [] : printPreset(recipe, policy.autoFormats);
  });
  if (!printed.includes(printRecipe(withoutFree(asked))))
    throw new Refusal('denied_preset', {
      reason: 'the grant covers presets alone',
      rule: 'grant.presets',
      allowed: names,
    });
}

/** Throws `denied_kid` when the tenant no longer accepts this signing key. */
export function checkKid(policy: Policy, kid: string): void {
  const { accept } = policy.keys;
  if (!accept.includes(kid))
    throw new Refusal('denied_kid', {
      reason: `the policy does not accept kid ${kid}`,
      rule: 'keys.accept',
      allowed: accept,
    });
}

/** Throws `denied_lifetime` when the URL lives longer than the policy lets it. `now` in seconds. */
export function checkLifetime(policy: Policy, exp: string | undefined, now: number): void {
  const { maxLifetime } = policy;
  if (maxLifetime === null) return;
  const reason =
    exp === undefined
      ? 'the URL never expires and the policy has a lifetime'
      : `exp is more than ${maxLifetime} seconds away`;
  if (exp === undefined || Number(exp) > now + maxLifetime + limits.clockSkewSeconds)
    throw new Refusal('denied_lifetime', {
      reason,
      rule: 'urls.maxLifetime',
      allowed: maxLifetime,
    });
}
