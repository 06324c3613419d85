import { signal } from '@preact/signals';

/*
 * The state of a view is in the address of the page, so that it can be sent to a colleague, and going back goes back.
 * It never has a key or a signature.
 */

export type PageAddress = {
  /** The first part of the path; empty for the first view. */
  readonly view: string;
  readonly query: URLSearchParams;
};

const readAddress = (): PageAddress => ({
  view: location.pathname.split('/')[1] ?? '',
  query: new URLSearchParams(location.search),
});

/** The address of the page as it is now. */
export const address = signal<PageAddress>(readAddress());

/** Asks whether the view may be left for another address. */
type AskToLeave = (next: PageAddress) => boolean;
let ask: AskToLeave | undefined;

/** Has a view asked before it is left, until the returned function is called. */
export function guardLeaving(guard: AskToLeave): () => void {
  ask = guard;
  return () => {
    if (ask === guard) ask = undefined;
  };
}

let shown = location.href;

/** Shows the address of the browser, or goes back to the one before if the view may not be left. */
function showAddress(): void {
  const next = readAddress();
  if (ask?.(next) === false) history.pushState(null, '', shown);
  else {
    shown = location.href;
    address.value = next;
  }
}

addEventListener('popstate', showAddress);

type Query = Readonly<Record<string, string | undefined>>;

/** The address of a view, with the parameters that have a value. */
export function viewAddress(view: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as [string, string]],
  );
  const text = new URLSearchParams(given).toString();
  return `/${view}${text === '' ? '' : `?${text}`}`;
}

/** Goes to another view, as a link does. */
export function goTo(view: string, query: Query = {}): void {
  const next = viewAddress(view, query);
  if (ask?.({ view, query: new URL(next, location.href).searchParams }) === false) return;
  history.pushState(null, '', next);
  shown = location.href;
  address.value = readAddress();
  scrollTo(0, 0);
}

/** Changes parameters of this view. A change while typing or sliding replaces the entry of the history. */
export function setQuery(changes: Query, step: 'push' | 'replace' = 'replace'): void {
  const { view, query } = address.peek();
  const next = viewAddress(view, { ...Object.fromEntries(query), ...changes });
  if (next === `${location.pathname}${location.search}`) return;
  if (step === 'push') history.pushState(null, '', next);
  else history.replaceState(null, '', next);
  shown = location.href;
  address.value = readAddress();
}
