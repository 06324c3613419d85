import { overview } from '../../installation.ts';

/* Drafts stay in the tab, so that a reload or a look at another view loses nothing. */

/** The text of a draft, and the version that it was made from. */
export type SavedDraft = { readonly version: number; readonly text: string };

const keyOf = (tenant: string): string => `signet-draft ${overview.peek()?.target ?? ''} ${tenant}`;

/** The draft of a tenant that was left; undefined if there is none. */
export function readSavedDraft(tenant: string): SavedDraft | undefined {
  try {
    const saved = JSON.parse(sessionStorage.getItem(keyOf(tenant)) ?? 'null') as SavedDraft | null;
    return typeof saved?.version === 'number' && typeof saved.text === 'string' ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a draft. A browser without room keeps none, and the draft is only in the page then. */
export function saveDraft(tenant: string, draft: SavedDraft): void {
  try {
    sessionStorage.setItem(keyOf(tenant), JSON.stringify(draft));
  } catch {
    // Nothing else depends on it.
  }
}

export const forgetDraft = (tenant: string): void => sessionStorage.removeItem(keyOf(tenant));

/** Whether there are changes of a tenant that were not published. */
export const hasDraft = (tenant: string): boolean => readSavedDraft(tenant) !== undefined;
