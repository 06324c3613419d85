import { computed, effect, signal } from '@preact/signals';
import { applyEdits, modify } from 'jsonc-parser';
import { judgeDraft, readDraft } from '../../../../operator/policy-files/draft.ts';
import type { CallOutput } from '../../../server/calls.ts';
import { call } from '../../call.ts';
import { forgetDraft, readSavedDraft, saveDraft } from './saved-draft.ts';

/* The one draft that the form and the editor of JSON change. Its text is what counts. */

export type DraftStart = CallOutput<'draftBase'>;

/** Reads what the draft begins with, and the version that a kept draft was made from. */
export async function readBases(tenant: string, stop: AbortSignal) {
  const saved = readSavedDraft(tenant);
  const live = await call('draftBase', { tenant }, stop);
  if (saved === undefined || saved.version === live.version) return { base: live, saved };
  // The version may be gone from the trail. Then the draft continues on the live one.
  const base = await call('draftBase', { tenant, version: saved.version }, stop).catch(() => live);
  return { base, saved };
}

export type Bases = Awaited<ReturnType<typeof readBases>>;

/** How long after the last change a draft is judged, in milliseconds. */
const pauseMs = 300;

/** One step into a document: the name of a field, or a place in a list. */
export type DraftPath = readonly (string | number)[];

const formatting = { insertSpaces: true, tabSize: 2 } as const;

/** Returns the text with another value at a place; undefined removes the field. The rest stays as it was written. */
export function editText(text: string, path: DraftPath, value: unknown): string {
  const edits = modify(text, [...path], value, { formattingOptions: formatting });
  return applyEdits(text, edits);
}

/** A copy of a signal that follows once it has not changed for a moment. */
function settle(text: () => string) {
  const settled = signal(text());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const next = text();
    clearTimeout(timer);
    timer = setTimeout(() => {
      settled.value = next;
    }, pauseMs);
  });
  return { settled, stop };
}

/** Creates the draft of a tenant. `stop` ends what it does by itself. */
export function createDraft(tenant: string, { base: first, saved }: Bases) {
  const base = signal(first);
  const text = signal(saved?.text ?? first.text);
  const { settled, stop: stopSettling } = settle(() => text.value);
  const isDirty = computed(() => text.value !== base.value.text);
  /** The document of the text as it is; undefined if that is not a JSON object. */
  const document = computed(() => {
    const read = readDraft({ text: text.value });
    return 'document' in read ? read.document : undefined;
  });
  const verdict = computed(() => judgeDraft({ tenant, text: settled.value }));
  const stopSaving = effect(() => {
    if (isDirty.value) saveDraft(tenant, { version: base.value.version, text: text.value });
    else forgetDraft(tenant);
  });
  return {
    ...{ tenant, base, text, settled, isDirty, document, verdict },
    /** Whether everything that was typed was judged and is valid. */
    isReady: computed(() => settled.value === text.value && 'policy' in verdict.value),
    edit: (path: DraftPath, value: unknown): void => {
      text.value = editText(text.peek(), path, value);
    },
    /** Begins again with another version. */
    restart: (next: DraftStart, content: string = next.text): void => {
      base.value = next;
      text.value = content;
    },
    stop: (): void => {
      stopSettling();
      stopSaving();
    },
  };
}

export type Draft = ReturnType<typeof createDraft>;
