import { type Clock, seconds } from '../../shared/ports.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { type MintRequest, mintTarget } from '../../shared/request/mint.ts';
import { encodePath, separator } from '../../shared/url/path.ts';
import { mintView, type ViewAnswer, viewUrl } from '../doctor/signed-view.ts';
import { onlineSigner } from '../keys/signer.ts';
import { timerWait, type Waiting } from '../purge/pace.ts';
import type { Installation } from '../target/target.ts';

/** Whether a stored derivative under a blocked scope is refused. `key` is its key. */
export type BlockCheck =
  | { readonly state: 'refused'; readonly key: string }
  | ({ readonly state: 'answered'; readonly key: string; readonly waited: number } & ViewAnswer)
  | { readonly state: 'unreachable'; readonly key: string; readonly address: string }
  /** No derivative is stored under the scope, so there is nothing to ask for. */
  | { readonly state: 'nothing_stored' }
  | { readonly state: 'not_verified' };

/** How long to ask, and how a door shows that it takes time. */
export type VerifyOptions = {
  readonly onWait?: (key: string, limitMs: number) => void;
  readonly limitMs?: number;
  readonly wait?: Waiting['wait'];
  readonly clock?: Clock;
};

/** A policy holds everywhere within 60 s of its publication. The rest is for a slow answer. */
const promisedMs = 75_000;
const intervalMs = 2_000;
const timeoutMs = 10_000;
/** In seconds. A URL is minted anew for each request. */
const lifetime = 60;

/** The request that the derivative with a key answers; undefined if no URL can name it. */
function requestFor(key: string): Omit<MintRequest, 'exp'> | undefined {
  try {
    const { path, recipe, tenant } = parseKey(`/${encodePath(key)}`);
    const request = { tenant, path, operations: recipe.text.split(separator) };
    mintTarget({ ...request, exp: undefined });
    return request;
  } catch {
    return undefined;
  }
}

type Asked = { readonly key: string; readonly request: Omit<MintRequest, 'exp'> };

const firstAsked = (keys: readonly string[]): Asked | undefined =>
  keys
    .flatMap((key): readonly Asked[] => {
      const request = requestFor(key);
      return request === undefined ? [] : [{ key, request }];
    })
    .at(0);

/** Makes a function that views the derivative; it returns undefined if the distribution does not answer. */
async function createAsk(installation: Installation, { request }: Asked) {
  const signer = await onlineSigner(installation, request.tenant);
  const { maxLifetime } = signer.policy ?? { maxLifetime: null };
  return async (): Promise<ViewAnswer | undefined> => {
    const exp = seconds(installation.clock) + Math.min(lifetime, maxLifetime ?? lifetime);
    const asked = { ...request, exp };
    const options = { method: 'HEAD', timeoutMs } as const;
    return viewUrl(mintView(installation, signer, asked), options).catch(() => undefined);
  };
}

const isRefused = (seen: ViewAnswer | undefined): boolean => seen?.code === 'denied_blocked';

/**
 * Views a stored derivative through the distribution until it is refused as blocked, or until the limit. A
 * distribution that does not answer twice is not asked again.
 */
export async function verifyBlock(
  installation: Installation,
  keys: readonly string[],
  {
    clock = installation.clock,
    limitMs = promisedMs,
    onWait,
    wait = timerWait,
  }: VerifyOptions = {},
): Promise<BlockCheck> {
  const asked = firstAsked(keys);
  if (asked === undefined) return { state: 'nothing_stored' };
  const { key } = asked;
  const ask = await createAsk(installation, asked);
  const start = clock();
  const pause = () => wait(intervalMs, new AbortController().signal);
  let before: ViewAnswer | undefined;
  for (let times = 1; ; times += 1) {
    const seen = await ask();
    if (isRefused(seen)) return { state: 'refused', key };
    const waited = clock() - start;
    if (seen === undefined && before === undefined && times > 1)
      return { state: 'unreachable', key, address: installation.address };
    if (seen !== undefined && waited >= limitMs)
      return { state: 'answered', key, waited: Math.round(waited / 1_000), ...seen };
    if (times === 1) onWait?.(key, limitMs);
    before = seen;
    await pause();
  }
}
