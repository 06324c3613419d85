import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Widths of the page at which views change their form. */
export const widths = { narrow: '(max-width: 60rem)', wide: '(min-width: 75rem)' } as const;

/** Whether the page has this width now. */
export function useMatches(query: string): ReadonlySignal<boolean> {
  const media = matchMedia(query);
  const matches = useSignal(media.matches);
  useEffect(() => {
    const follow = (): void => {
      matches.value = media.matches;
    };
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return matches;
}
