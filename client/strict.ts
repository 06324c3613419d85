import { checkGrantable } from '../shared/recipe/recipe.ts';
import { mintTarget, requestedRecipe } from '../shared/request/mint.ts';
import { asSignetError } from './lib/as-signet-error.ts';
import type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
import { mintRequestOf } from './lib/mint-request.ts';
import { SignetError } from './lib/signet-error.ts';

/** What `strict` checks besides the grammar. */
export type StrictOptions = {
  /**
   * Set `refuse` to reject a path that contains percent escapes, which usually means that it was encoded
   * too early. By default such a path is minted, because `50%25 off.jpg` is a valid source name.
   */
  readonly encoded?: 'refuse';
};

const malformed = (message: string): SignetError => new SignetError('malformed', message);

function checkEncoding(path: string): void {
  if (/%[0-9A-Fa-f]{2}/.test(path))
    throw malformed(`the path is already percent-encoded: "${path}"; pass the plain name`);
}

/**
 * Returns a minter that also checks each recipe with the grammar of the edge: the range of every value
 * and the combinations of values. What the edge would reject throws `SignetError` with the edge's
 * message.
 */
export function strict<M extends { readonly checkedBy: (check: Check) => M }>(
  minter: M,
  options: StrictOptions = {},
): M {
  if (typeof (options ?? {}) !== 'object') throw malformed('options must be an object');
  const { encoded } = { ...options };
  const url = (request: AskedUrl): readonly string[] => {
    if (encoded === 'refuse') checkEncoding(request.path);
    const granted = request.kid === undefined;
    asSignetError(() => {
      const wanted = mintRequestOf(request);
      mintTarget(wanted);
      if (granted) checkGrantable(requestedRecipe(wanted).steps);
    });
    return request.operations;
  };
  /** A preset is requested as an operation, so its name must fit the grammar. */
  const grant = ({ tenant, presets = [] }: AskedGrant): void => {
    for (const name of presets)
      asSignetError(() =>
        mintTarget(mintRequestOf({ tenant, path: '-', operations: [`style,n_${name}`] })),
      );
  };
  return minter.checkedBy({ url, grant });
}
