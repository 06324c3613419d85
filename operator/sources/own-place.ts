import { ownSourceKey } from '../../shared/objects/sources.ts';
import type { ChosenSource } from '../../shared/policy/source-place.ts';
import type { SourcePath } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';

type OwnSource = Pick<SourcePath, 'tenant' | 'path'>;

/**
 * Throws `foreign_source` if the policy reads sources from a bucket that is not Signet's own. `todo` says what its
 * owner can do instead, and `outcome` what was not done.
 */
export function checkOwnPlace(
  tenant: string,
  { from }: ChosenSource,
  todo: string,
  outcome = 'nothing was changed',
): void {
  if (from !== undefined)
    throw new OperatorFailure(
      'foreign_source',
      `the sources of ${tenant} are in "${from}", a bucket that Signet only reads; ${todo} there with its owner's tools; ${outcome}`,
    );
}

/** The key of a source that is uploaded. Throws as `checkOwnPlace` does. */
export function ownUploadKey(named: OwnSource, source: ChosenSource): string {
  checkOwnPlace(named.tenant, source, `upload ${named.path}`, 'nothing was uploaded');
  return ownSourceKey(named, source);
}
