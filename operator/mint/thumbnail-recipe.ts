import type { Policy } from '../../shared/policy/policy.ts';
import { nextInSorted } from '../../shared/policy/value-set.ts';
import { Refusal } from '../../shared/refusal.ts';
import { settledKeys } from './recipe-input.ts';

const formats = ['format,f_auto', 'format,f_webp', 'format,f_jpg', undefined] as const;

/** Recipes that may be allowed, best first: the next width in a small format, a preset, the source as it is. */
function candidates(policy: Policy, width: number): readonly (readonly string[])[] {
  const widths = policy.snapLengths.w.rules
    .flatMap(({ lengths }) => nextInSorted(lengths, width) ?? [])
    .toSorted((one, other) => one - other);
  const resized = [...new Set(widths)].flatMap((w) =>
    formats.map((format) => [`resize,w_${w}`, ...(format === undefined ? [] : [format])]),
  );
  const presets = [...policy.presets.keys()].map((name) => [`style,n_${name}`]);
  return [...resized, ...presets, ['format,f_auto'], []];
}

function isServed(policy: Policy, path: string, operations: readonly string[], now: number) {
  try {
    settledKeys(policy, { tenant: policy.tenant, path, operations, exp: undefined }, now);
    return true;
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
}

/**
 * The recipe that shows a source about this wide, in pixels, as far as the policy allows one; undefined if it allows
 * nothing. `now` is in seconds.
 */
export const thumbnailRecipe = (
  policy: Policy,
  path: string,
  width: number,
  now: number,
): readonly string[] | undefined =>
  candidates(policy, width).find((operations) => isServed(policy, path, operations, now));
