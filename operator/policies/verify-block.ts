import { type Clock, seconds } from '../../shared/ports.ts';
import type { MintRequest } from '../../shared/request/mint.ts';
import { mintView, type ViewAnswer, viewUrl } from '../doctor/signed-view.ts';
import { onlineSigner } from '../keys/signer.ts';
import { timerWait, type Waiting } from '../purge/pace.ts';
import type { FoundCoverage } from '../scopes/coverage.ts';
import { requestFor } from '../scopes/derivative-request.ts';
import type { Installation } from '../target/target.ts';

/** Whether a stored derivative under a blocked scope is refused. `key` is its key. */
export type BlockCheck =
  | { readonly state: 'refused'; readonly key: string }
  | ({ readonly state: 'answered'; readonly key: string; readonly waited: number } & ViewAnswer)
  | { readonly state: 'unreachable'; readonly key: string; readonly address: string }
  /** No derivative is stored under the scope, so there is nothing to ask for. */
  | { readonly state: 'nothing_stored' }
  /** Those that are stored were blocked before, or no URL can name them. */
  | { readonly state: 'nothing_new' }
  /** There is none to ask for among the first keys, and there are more keys. */
  | { readonly state: 'not_looked_through' }
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

/** What is stored, and keys to ask for: of derivatives that nothing else blocks, since those would be refused anyway. */
type Asking = Pick<FoundCoverage, 'derivatives' | 'keys'>;

type Asked = { readonly key: string; readonly request: Omit<MintRequest, 'exp'> };

const firstAsked = (keys: readonly string[]): Asked | undefined =>
  keys
    .flatMap((key): readonly Asked[] => {
      const request = requestFor(key);
      return request === undefined ? [] : [{ key, request }];
    })
    .at(0);

function nothingAsked({ derivatives: { count, more } }: Asking): BlockCheck {
  if (more) return { state: 'not_looked_through' };
  return { state: count === 0 ? 'nothing_stored' : 'nothing_new' };
}

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
  asking: Asking,
  {
    clock = installation.clock,
    limitMs = promisedMs,
    onWait,
    wait = timerWait,
  }: VerifyOptions = {},
): Promise<BlockCheck> {
  const asked = firstAsked(asking.keys);
  if (asked === undefined) return nothingAsked(asking);
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
