import { gate } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { starterWidths } from '../../shared/policy/starter.ts';
import { mint } from '../../shared/request/mint.ts';
import { startDecisions } from '../decision/container.ts';
import type { TraceRequest } from './trace.ts';

/** What a request is to a cache and to a bucket of derivatives; undefined if it is refused before both. */
export type CacheKeys = { readonly cache: string; readonly derivative: string } | undefined;

export type KeysOf = (request: TraceRequest) => CacheKeys | Promise<CacheKeys>;

const pathOf = (source: number): string => `photos/${source}.jpg`;

const policy = {
  operations: {
    resize: [{ w: starterWidths }],
    quality: { q: [60, 75] },
    format: { f: ['auto', 'jpg'] },
  },
  snap: true,
  auto: { format: ['avif', 'webp'] },
  urls: { maxLifetime: 604_800 },
};

/** Signet's keys: what viewer-request makes of the signed URL. */
export function signetKeys(): KeysOf {
  const { keyring, deps } = startDecisions(policy);
  const tenant = 'acme';
  const signer = { kid: 'r1.1', signingKey: keyring.signingKey(tenant, 'r1.1') ?? '' };
  const exp = deps.now() + 86_400;
  const urlOf = ({ source, width, probe }: TraceRequest): string => {
    const path = pathOf(source);
    if (probe === undefined) {
      const operations = [`resize,w_${width}`, 'format,f_auto'];
      return mint(nodeCrypto, '', { tenant, path, operations, exp }, signer);
    }
    return `/${tenant}/${path}__op__resize,w_${width},h_${probe.height}__op__quality,q_${probe.quality}?`;
  };
  return async (request) => {
    const [uri = '', signed = ''] = urlOf(request).split('?');
    const querystring = [signed, request.added].filter(Boolean).join('&');
    const asked = { method: 'GET', uri, querystring, accept: request.accept };
    try {
      const key = await gate(asked, deps);
      return { cache: key.uri, derivative: key.uri };
    } catch {
      return undefined;
    }
  };
}

const floorTo = (step: number, value: number): number => Math.max(step, value - (value % step));

/**
 * The keys of the reference scheme, which signs nothing: WebP or the type of the source by Accept in the path, lengths
 * rounded down to hundreds and qualities to twenties. `keepsQuery`: the query is part of the key of the cache, as
 * recipes in the query need it. In the bucket it never is.
 */
export function referenceKeys(keepsQuery: boolean): KeysOf {
  return ({ source, width, accept, added, probe }) => {
    const resize = `resize,w_${floorTo(100, width)}${probe ? `,h_${floorTo(100, probe.height)}` : ''}`;
    const quality = probe ? `__op__quality,q_${floorTo(20, probe.quality)}` : '';
    const format = accept?.includes('image/webp') && !probe ? '__op__format,f_webp' : '';
    const derivative = `/${pathOf(source)}__op__${resize}${quality}${format}`;
    return { cache: `${derivative}?${keepsQuery ? (added ?? '') : ''}`, derivative };
  };
}
