import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const stored = localStorage.getItem('theme');

/** The colours that were chosen; those of the system until then. */
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

effect(() => {
  const chosen = theme.value;
  if (chosen === 'system') {
    document.documentElement.removeAttribute('data-theme');
    localStorage.removeItem('theme');
  } else {
    document.documentElement.dataset['theme'] = chosen;
    localStorage.setItem('theme', chosen);
  }
});
