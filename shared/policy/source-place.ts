import { limits } from '../limits.ts';
import { pathFault } from '../url/path.ts';
import { utf8Bytes } from '../utf8.ts';
import { entryPrefix, findEntry, type SourceEntries, type SourceEntry } from './source-entries.ts';

/** What a policy says about the place of its sources. */
export type ChosenSource = {
  /** The name of an entry of the deployment; undefined for Signet's own bucket. */
  readonly from?: string | undefined;
  /** Lengthens the prefix. */
  readonly prefix?: string | undefined;
};

/** Where the sources of a tenant are. */
export type SourcePlace = {
  /** The name and the entry; undefined for Signet's own bucket. */
  readonly elsewhere: { readonly name: string; readonly entry: SourceEntry } | undefined;
  /** The beginning of every key. */
  readonly prefix: string;
};

type Fault = { readonly fault: string };

function findElsewhere(
  entries: SourceEntries,
  tenant: string,
  name: string,
): SourcePlace['elsewhere'] | Fault {
  const entry = findEntry(entries, name);
  if (entry === undefined)
    return { fault: `names the source "${name}", which the deployment does not list` };
  if (!entry.tenants.includes(tenant))
    return {
      fault: `names the source "${name}", which the deployment does not list for ${tenant}`,
    };
  return { name, entry };
}

/**
 * Finds where the sources of a tenant are. Invariant: the prefix begins with that of the tenant, in Signet's own
 * bucket or in an entry that lists it. Returns what is wrong if there is no such place.
 */
export function sourcePlace(
  entries: SourceEntries,
  tenant: string,
  { from, prefix = '' }: ChosenSource,
): SourcePlace | Fault {
  const elsewhere = from === undefined ? undefined : findElsewhere(entries, tenant, from);
  if (elsewhere !== undefined && 'fault' in elsewhere) return elsewhere;
  const begin = elsewhere === undefined ? `${tenant}/` : entryPrefix(elsewhere.entry, tenant);
  const whole = `${begin}${prefix}`;
  if (utf8Bytes(whole) > limits.sourcePrefixBytes)
    return {
      fault: `gives keys a prefix with more than ${limits.sourcePrefixBytes} bytes, which leaves no room for a path`,
    };
  return { elsewhere, prefix: whole };
}

/** Whether two policies read the same keys. */
export const isSamePlace = (one: ChosenSource, other: ChosenSource): boolean =>
  one.from === other.from && (one.prefix ?? '') === (other.prefix ?? '');

/** An object in the part of a tenant: what follows the prefix of the entry, or of Signet's own bucket. */
export type PlacedObject = {
  /** The name of the entry; undefined for Signet's own bucket. */
  readonly from: string | undefined;
  readonly rest: string;
};

/** The path by which the URLs of a tenant name an object; undefined if none does. */
export function pathOfObject(
  { from, prefix = '' }: ChosenSource,
  object: PlacedObject,
): string | undefined {
  if (object.from !== from || !object.rest.startsWith(prefix)) return undefined;
  const path = object.rest.slice(prefix.length);
  return pathFault(path) === undefined ? path : undefined;
}

/** Every path by which some policy could name an object. */
export function possiblePaths({ rest }: PlacedObject): readonly string[] {
  const segments = rest.split('/');
  const ends = segments.map((_segment, at) => segments.slice(at).join('/'));
  return ends.filter((path) => pathFault(path) === undefined);
}
