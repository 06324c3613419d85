import { isTenant, pathFault } from '../../shared/url/path.ts';
import { usageFailure } from '../failure.ts';

/** Reads sources, each as `TENANT/PATH`, into paths by tenant. Throws `usage`. */
export function readSourceNames(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [, tenant = '', path = ''] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
      if (!isTenant(tenant) || pathFault(path) !== undefined)
        throw usageFailure(`--object is "${text}"; write TENANT/PATH, such as acme/photos/cat.jpg`);
      return [tenant, path] as const;
    }),
  );
}
