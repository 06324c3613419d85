import { call } from '../call.ts';
import { useLoading } from '../loading.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { readRecipeText } from '../playground/recipe-text.ts';

/* What to write instead of a URL that is refused. */

export type Refused = {
  readonly tenant: string;
  readonly path: string;
  /** As in the URL; null if it has none. */
  readonly operations: string | null;
};

/** The same picture with a signature of now. If the policy denies it, the reason names the nearest that it allows. */
export function Instead({ tenant, path, operations }: Refused) {
  const minted = useLoading((abort) =>
    call(
      'mint',
      {
        tenant,
        path,
        operations: [...readRecipeText((operations ?? '').replaceAll('__op__', '/'))],
      },
      abort,
    ),
  );
  const { value, error } = minted.value;
  return (
    <section class="panel" aria-label="What to write instead">
      <header>
        <h2>What to write instead</h2>
        {value !== undefined && <CopyButton text={value.url} name="Copy URL" />}
      </header>
      <div class="body">
        {error === undefined ? (
          <pre class="code">{value?.url ?? '…'}</pre>
        ) : (
          <p class="wrap">{`No signature helps: ${error}`}</p>
        )}
      </div>
    </section>
  );
}
