import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../call.ts';
import { useLoading } from '../loading.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { chosenOperations, chosenTenant, path, policy, setOperations } from './model.ts';
import { recipeIdeas } from './recipe-ideas.ts';
import { viewing } from './viewing.ts';

/* A dozen recipes on this picture, each with its URL. They are drawn after the picture above, when they are seen. */

/** What differs from one to the next, without the size and the format that most share. */
function shortName(idea: readonly string[]): string {
  const own = idea.filter((one) => !/^(?:resize,w_\d+|format,f_auto)$/.test(one));
  return own.join(' ') || idea.join(' ');
}

const sourceOf = (url: string): string =>
  `/picture/view?${new URLSearchParams({ url, accept: 'image/avif,image/webp' })}`;

const Idea = ({ idea, url }: { idea: readonly string[]; url: string | undefined }) => (
  <li class="idea">
    <button
      type="button"
      class="idea-picture"
      aria-pressed={idea.join() === chosenOperations.value.join()}
      onClick={() => setOperations(idea)}
    >
      {url === undefined ? (
        <span class="skeleton idea-shown" />
      ) : (
        <img class="idea-shown" src={sourceOf(url)} alt="" decoding="async" />
      )}
      <span class="idea-name mono">{shortName(idea)}</span>
    </button>
    <CopyButton text={url ?? ''} name="Copy URL" />
  </li>
);

/** Whether an element has been on the screen. */
function useSeen() {
  const element = useRef<HTMLElement>(null);
  const seen = useSignal(false);
  useEffect(() => {
    const found = element.current;
    if (found === null) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) seen.value = true;
    });
    observer.observe(found);
    return () => observer.disconnect();
  }, []);
  return { element, seen };
}

export function RecipeStrip() {
  const { element, seen } = useSeen();
  const ideas = useComputed(() =>
    policy.value === undefined || path.value === '' ? [] : recipeIdeas(policy.value, path.value),
  );
  const isFirstSeen = useComputed(() => seen.value && viewing.value.view !== undefined);
  const minted = useLoading((abort) => {
    const recipes = ideas.value.map((idea) => [...idea]);
    if (!isFirstSeen.value || recipes.length === 0) return Promise.resolve(undefined);
    const asked = { tenant: chosenTenant.value, path: path.value, recipes };
    return call('mintMany', asked, abort).then(({ urls }) => ({ ideas: ideas.value, urls }));
  });
  const { value } = minted.value;
  return (
    <section ref={element} class="panel" aria-label="Recipes on this picture">
      <header>
        <h2>A dozen recipes on this picture</h2>
      </header>
      <ol class="ideas">
        {ideas.value.map((idea, at) => (
          <Idea
            key={idea.join('/')}
            idea={idea}
            url={value?.ideas === ideas.value ? value.urls[at] : undefined}
          />
        ))}
      </ol>
    </section>
  );
}
