import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { address, goTo, viewAddress } from '../address.ts';
import { overview, overviewError, readOverview } from '../installation.ts';
import { ErrorNotice } from '../parts/notice.tsx';
import { type Theme, theme } from '../theme.ts';
import { views } from './views.tsx';

/** A click with a modifier opens a tab, as on any link. */
function follow(event: MouseEvent, view: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  goTo(view);
}

const Menu = () => (
  <nav class="shell-nav" aria-label="Views">
    {Object.entries(views).map(([view, { name }]) => (
      <a
        key={view}
        href={viewAddress(view)}
        aria-current={view === address.value.view ? 'page' : undefined}
        onClick={(event) => follow(event, view)}
      >
        {name}
      </a>
    ))}
  </nav>
);

const ThemeChoice = () => (
  <label>
    <span class="hidden">Colours</span>
    <select
      class="input"
      value={theme.value}
      onChange={({ currentTarget }) => {
        theme.value = currentTarget.value as Theme;
      }}
    >
      <option value="system">System</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  </label>
);

const Head = () => (
  <header class="shell-head">
    <a class="shell-skip" href="#main">
      To the content
    </a>
    <a class="shell-name" href="/" onClick={(event) => follow(event, '')}>
      Signet
    </a>
    <Menu />
    <div class="shell-target">
      <span class="tag">{overview.value?.target ?? '…'}</span>
      <ThemeChoice />
    </div>
  </header>
);

const Unknown = () => <p class="empty">There is no such view. Choose one above.</p>;

/** The view of the address, once its code is loaded. */
function CurrentView() {
  const shown = useSignal<{ readonly view: string; readonly Shown: ComponentType } | undefined>(
    undefined,
  );
  const failed = useSignal(false);
  useSignalEffect(() => {
    const { view } = address.value;
    if (shown.peek()?.view === view) return;
    const found = Object.hasOwn(views, view) ? views[view] : undefined;
    const load = found?.load() ?? Promise.resolve(Unknown);
    load.then(
      (Shown) => {
        if (address.peek().view === view) shown.value = { view, Shown };
      },
      () => {
        failed.value = true;
      },
    );
  });
  if (failed.value)
    return <ErrorNotice message="This view could not be loaded." again={() => location.reload()} />;
  if (shown.value === undefined) return <div class="skeleton" style={{ height: '60vh' }} />;
  const { Shown } = shown.value;
  return <Shown />;
}

/** The frame of all views. */
export const Shell = () => (
  <>
    <Head />
    <main id="main" class="shell-main" tabIndex={-1}>
      {overviewError.value !== undefined && overview.value === undefined ? (
        <ErrorNotice message={overviewError.value} again={() => void readOverview()} />
      ) : (
        <CurrentView />
      )}
    </main>
  </>
);
