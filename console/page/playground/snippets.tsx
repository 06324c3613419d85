import { useSignal } from '@preact/signals';
import { call } from '../call.ts';
import { useLoading } from '../loading.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Notice } from '../parts/notice.tsx';
import { chosenOperations, chosenTenant, judgement, path, policy } from './model.ts';
import { viewing } from './viewing.ts';
import { Viewport } from './viewport.tsx';

/* The URL and the code that shows the picture, to be copied. */

type Snippet = { readonly name: string; readonly code: string; readonly note?: string };

type Snippets = Awaited<ReturnType<typeof readSnippets>>;

const readSnippets = (abort: AbortSignal) =>
  policy.value === undefined || path.value === '' || judgement.value !== undefined
    ? Promise.resolve(undefined)
    : call(
        'snippets',
        { tenant: chosenTenant.value, path: path.value, operations: [...chosenOperations.value] },
        abort,
      );

function listSnippets(url: string, found: Snippets): readonly Snippet[] {
  const { html, languages = [] } = found ?? {};
  return [
    { name: 'URL', code: url },
    ...(html === undefined ? [] : [{ name: '<img>', code: html.img }]),
    ...(html?.picture === undefined ? [] : [{ name: '<picture>', code: html.picture }]),
    ...languages.map(({ language, file, code }) => ({
      name: language,
      code,
      note:
        file === undefined
          ? 'With the package of client/README.md.'
          : `With client/languages/${file}, which you paste into your project.`,
    })),
  ];
}

/** Arrows move between tabs, as the pattern of ARIA wants it. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const tabs = [...(event.target.parentElement?.children ?? [])];
  const next = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
  if (next instanceof HTMLElement) {
    next.focus();
    next.click();
  }
}

export function Snippets() {
  const chosen = useSignal('URL');
  const found = useLoading(readSnippets);
  const snippets = listSnippets(viewing.value.view?.url ?? '', found.value.value);
  const shown = snippets.find(({ name }) => name === chosen.value) ?? snippets[0];
  return (
    <section class="panel" aria-label="Code">
      <header>
        <h2>Use it</h2>
        {shown !== undefined && <CopyButton text={shown.code} name={`Copy ${shown.name}`} />}
      </header>
      <div class="body stack">
        <div class="tabs" role="tablist" aria-label="Languages" onKeyDown={moveFocus}>
          {snippets.map(({ name }) => (
            <button
              type="button"
              role="tab"
              key={name}
              class="tab"
              id={`tab-${name}`}
              aria-selected={name === shown?.name}
              aria-controls="snippet"
              tabIndex={name === shown?.name ? 0 : -1}
              onClick={() => {
                chosen.value = name;
              }}
            >
              {name}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="snippet" aria-label={shown?.name} class="stack snippet">
          <pre class="code">{shown?.code || '…'}</pre>
          <p class="quiet small">{shown?.note ?? 'Signed, and valid for an hour.'}</p>
        </div>
        {found.value.error !== undefined && <Notice tone="warn">{found.value.error}</Notice>}
        <Viewport candidates={found.value.value?.html.srcset ?? []} />
      </div>
    </section>
  );
}
