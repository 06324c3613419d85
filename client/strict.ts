import { mintTarget } from '../shared/request/mint.ts';
import type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
import { mintRequestOf } from './lib/mint-request.ts';
import { asSignetError } from './lib/refused.ts';
import { SignetError } from './lib/signet-error.ts';

export type StrictOptions = {
  /**
   * What to do with a path that has percent escapes in it. `50%25 off.jpg` may be the name of a source,
   * and a minter that failed for some customers' names by itself would be found out later than a picture
   * that is not there: so it is minted. Who knows that no name of theirs has any says `refuse`, and is
   * told of a path that was encoded too early.
   */
  readonly encoded?: 'refuse';
};

function checkEncoding(path: string): void {
  if (/%[0-9A-Fa-f]{2}/.test(path))
    throw new SignetError(
      'malformed',
      `the path is percent-encoded already: "${path}"; hand over the name as it is`,
    );
}

/** Whoever holds a grant could write one version after another. */
function checkGranted({ operations }: AskedUrl): void {
  if (operations.some((one) => one.startsWith('version,')))
    throw new SignetError(
      'denied_operation',
      'version is for whoever signs the URL itself, not for a grant',
      { rule: 'grant' },
    );
}

/**
 * The same minter with the edge's own grammar before its own: it refuses values out of their range,
 * and values that say nothing beside each other, in the edge's words.
 */
export function strict<M extends { readonly checkedBy: (check: Check) => M }>(
  minter: M,
  { encoded }: StrictOptions = {},
): M {
  const url = (asked: AskedUrl): readonly string[] => {
    if (encoded === 'refuse') checkEncoding(asked.path);
    asSignetError(() => mintTarget(mintRequestOf(asked)));
    if (asked.kid === undefined) checkGranted(asked);
    return asked.operations;
  };
  /** A preset is asked for by its name, as an operation: what cannot be one covers nothing. */
  const grant = ({ tenant, presets = [] }: AskedGrant): void => {
    for (const name of presets)
      asSignetError(() =>
        mintTarget(mintRequestOf({ tenant, path: '-', operations: [`style,n_${name}`] })),
      );
  };
  return minter.checkedBy({ url, grant });
}
