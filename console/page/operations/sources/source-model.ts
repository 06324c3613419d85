import { signal } from '@preact/signals';
import { setQuery } from '../../address.ts';
import { queryText, tenantOfPart } from '../part.ts';

/* Where the browser of sources is: a tenant, a folder of it, and a source. All of it is in the address. */

/** Counts changes, so that lists and pictures are read again. */
export const changes = signal(0);

export const noteChange = (): void => {
  changes.value += 1;
};

/** Empty, or a path with a slash at its end. */
export const folder = (): string => queryText('folder');

export const shownSource = (): string => queryText('path');

export const openFolder = (name: string): void =>
  setQuery(
    { tenant: tenantOfPart.value, folder: name, path: undefined, search: undefined },
    'push',
  );

export const openSource = (path: string): void =>
  setQuery({ tenant: tenantOfPart.value, path }, 'push');

/** The folders from the first one to this one. */
export function foldersTo(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_part, at) => `${parts.slice(0, at + 1).join('/')}/`);
}

/** The last part of a path. */
export const lastPart = (path: string): string => path.replace(/\/$/, '').split('/').at(-1) ?? path;
