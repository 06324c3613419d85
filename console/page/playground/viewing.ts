import { effect, signal } from '@preact/signals';
import type { CallOutput } from '../../server/calls.ts';
import { address, setQuery } from '../address.ts';
import { call, messageOf, request } from '../call.ts';
import {
  chosenOperations,
  chosenTenant,
  judgement,
  path,
  policy,
  viewer,
  viewers,
} from './model.ts';

/* The answer to the recipe: signed, explained and viewed through the distribution, as a browser would. */

/** A picture or a text in memory. */
export type Body = {
  /** The address of the picture in memory. */
  readonly src: string;
  readonly type: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** Of an answer in JSON. */
  readonly text?: string;
};

export type ViewedPicture = {
  readonly url: string;
  readonly explanation: CallOutput<'explain'>;
  readonly status: number;
  /** The code of a refusal. */
  readonly code: string | undefined;
  readonly milliseconds: number;
  /** `Hit` or `Miss`, as CloudFront says it. */
  readonly cache: string;
  readonly body: Body | undefined;
};

export type Viewing = {
  readonly busy: boolean;
  readonly view?: ViewedPicture | undefined;
  readonly error?: string | undefined;
};

export const viewing = signal<Viewing>({ busy: true });
export const source = signal<{
  readonly body?: Body;
  readonly error?: string;
  readonly focus?: string;
}>({});

async function sizeOf(src: string): Promise<{ width: number; height: number }> {
  const image = new Image();
  image.src = src;
  try {
    await image.decode();
  } catch {
    // A browser need not show every type. The bytes are shown all the same.
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}

export async function readPicture(response: Response): Promise<Body> {
  const blob = await response.blob();
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/json'))
    return { ...{ src: '', type, bytes: blob.size, width: 0, height: 0 }, text: await blob.text() };
  const src = URL.createObjectURL(blob);
  return { src, type, bytes: blob.size, ...(await sizeOf(src)) };
}

/** Views a URL through the distribution. */
export async function viewThrough(
  url: string,
  accept: string,
  abort?: AbortSignal,
): Promise<Omit<ViewedPicture, 'url' | 'explanation'>> {
  const query = new URLSearchParams({ url, accept });
  const init = abort === undefined ? {} : { signal: abort };
  const response = await request(`/picture/view?${query}`, init);
  const status = Number(response.headers.get('x-viewed-status'));
  const seen = (name: string): string | undefined =>
    response.headers.get(`x-viewed-${name}`) ?? undefined;
  return {
    status,
    code: seen('x-signet-error'),
    milliseconds: Number(seen('milliseconds') ?? 0),
    cache: seen('x-cache')?.split(' ')[0] ?? '',
    body: status === 200 ? await readPicture(response) : undefined,
  };
}

type Asked = {
  readonly tenant: string;
  readonly path: string;
  readonly operations: readonly string[];
};

async function viewAsked(asked: Asked, accept: string, abort: AbortSignal): Promise<ViewedPicture> {
  const { url } = await call('mint', { ...asked, operations: [...asked.operations] }, abort);
  const explanation = await call('explain', { url, accept }, abort);
  return { url, explanation, ...(await viewThrough(url, accept, abort)) };
}

/** Forgets a picture. The memory of the page would grow with each. */
function release(body: Body | undefined): void {
  if (body !== undefined && body.src !== '') URL.revokeObjectURL(body.src);
}

/** How long the controls must rest before a picture is asked for, in milliseconds. */
const restMs = 150;

effect(() => {
  const asked = {
    tenant: chosenTenant.value,
    path: path.value,
    operations: chosenOperations.value,
  };
  const { accept } = viewers[viewer.value];
  if (policy.value === undefined || asked.path === '') return undefined;
  if (judgement.value !== undefined) {
    viewing.value = { ...viewing.peek(), busy: false };
    return undefined;
  }
  const control = new AbortController();
  viewing.value = { view: viewing.peek().view, busy: true };
  const timer = setTimeout(() => {
    viewAsked(asked, accept, control.signal).then(
      (view) => {
        if (control.signal.aborted) return release(view.body);
        release(viewing.peek().view?.body);
        viewing.value = { view, busy: false };
      },
      (thrown: unknown) => {
        if (!control.signal.aborted)
          viewing.value = { view: viewing.peek().view, error: messageOf(thrown), busy: false };
      },
    );
  }, restMs);
  return () => {
    clearTimeout(timer);
    control.abort();
  };
});

/** Reads the source again when it was replaced. */
export const sourceRevision = signal(0);

effect(() => {
  const query = new URLSearchParams({ tenant: chosenTenant.value, path: path.value });
  void sourceRevision.value;
  if (chosenTenant.value === '' || path.value === '') return undefined;
  const control = new AbortController();
  const read = async (): Promise<void> => {
    const response = await request(`/picture/source?${query}`, { signal: control.signal });
    const body = await readPicture(response);
    if (control.signal.aborted) return release(body);
    release(source.peek().body);
    const focus = response.headers.get('x-source-focus');
    source.value = { body, ...(focus === null ? {} : { focus }) };
  };
  read().catch((thrown: unknown) => {
    if (!control.signal.aborted) source.value = { error: messageOf(thrown) };
  });
  return () => control.abort();
});

/** Chooses another source, and goes back to it with the browser. */
export const choosePath = (chosen: string): void => {
  const { query } = address.peek();
  setQuery({ tenant: query.get('tenant') ?? chosenTenant.peek(), path: chosen }, 'push');
};
