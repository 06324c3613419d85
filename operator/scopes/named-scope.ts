import { longForm, tenantOfHost } from '../../shared/url/host-map.ts';
import { decodePath, splitPath } from '../../shared/url/path.ts';
import { type PastedUrl, splitPastedUrl } from '../explain/pasted-url.ts';
import { usageFailure } from '../failure.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';

/** What an operator named, and the installation, which knows the hosts of tenants. */
export type NamedScope = { readonly installation: Installation; readonly scope: string };

/** A URL, or its path with the tenant. Other text is a scope. */
function asUrl(tenant: string, written: string): PastedUrl | undefined {
  const text = written.trim();
  return /^https?:\/\//i.test(text) || text.startsWith(`/${tenant}/`)
    ? splitPastedUrl(text)
    : undefined;
}

/** Browsers and mail programs show the letters of a URL instead of their escapes. */
const escapeLetters = (uri: string): string =>
  uri.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);

/** The source or folder in a URL, whatever its operations, signature and expiry. Throws `usage` or `malformed`. */
async function scopeOfUrl(
  { hosts }: Installation,
  tenant: string,
  { host, uri, querystring }: PastedUrl,
): Promise<string> {
  const map = await hosts();
  const source = splitPath(decodePath(longForm(map, host, escapeLetters(uri), querystring)));
  if (source.tenant === tenant) return source.path;
  const owner = tenantOfHost(map, host);
  throw usageFailure(
    owner === undefined
      ? `the URL names the tenant ${source.tenant}, not ${tenant}; write the tenant of the URL, or a URL of ${tenant}`
      : `the host ${host} belongs to the tenant ${owner}, not to ${tenant}; write ${owner}, or a URL of ${tenant}`,
  );
}

/**
 * Reads a scope that is written as such, or as a URL of the tenant. `check` throws for what is not a scope; a plain
 * scope is checked before the installation is opened. Throws `usage` for a URL of another tenant, and `malformed`.
 */
export async function readScope(
  open: OpenInstallation,
  tenant: string,
  written: string,
  check: (scope: string) => void,
): Promise<NamedScope> {
  const url = asUrl(tenant, written);
  if (url === undefined) check(written);
  const installation = await open();
  if (url === undefined) return { installation, scope: written };
  const scope = await scopeOfUrl(installation, tenant, url);
  check(scope);
  return { installation, scope };
}
