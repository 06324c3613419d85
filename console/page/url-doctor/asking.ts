import { signal } from '@preact/signals';
import { call } from '../call.ts';
import { overview } from '../installation.ts';
import { createDoing } from '../loading.ts';
import { viewThrough } from '../playground/viewing.ts';
import type { UrlExplanation } from './reading.ts';

/* The question and its answer. A URL has a signature, so it is kept here and not in the address of the page. */

export type DoctorAnswer = {
  readonly explanation: UrlExplanation;
  /** What a viewer gets; undefined for what is no URL of this installation. */
  readonly viewed: Awaited<ReturnType<typeof viewThrough>> | undefined;
};

export const pasted = signal('');
export const accept = signal('image/avif,image/webp,image/*,*/*');
export const cookie = signal('');
export const answer = signal<DoctorAnswer | undefined>(undefined);
export const asking = createDoing();

const isHere = (url: string): boolean => {
  const base = overview.peek()?.address;
  return base !== undefined && url.startsWith(`${base}/`);
};

async function ask(): Promise<string> {
  const url = pasted.value.trim();
  const given = cookie.value.trim();
  answer.value = undefined;
  const explanation = await call('explain', {
    ...{ url, accept: accept.value },
    ...(given === '' ? {} : { cookie: given }),
  });
  const viewed = isHere(url) && given === '' ? await viewThrough(url, accept.value) : undefined;
  answer.value = { explanation, viewed };
  return '';
}

/** Explains what was pasted, and views it if it is a URL of this installation. */
export const askNow = (): void => {
  if (pasted.value.trim() !== '') void asking.run(ask);
};
