import { useComputed } from '@preact/signals';
import { call } from '../call.ts';
import { useLoading } from '../loading.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { operations, path, policy, setOperations, tenant } from './model.ts';
import { recipeIdeas } from './recipe-ideas.ts';

/* A dozen recipes on this picture, each with its URL. */

/** What differs from one to the next, without the size and the format that most share. */
function shortName(idea: readonly string[]): string {
  const own = idea.filter((one) => !/^(?:resize,w_\d+|format,f_auto)$/.test(one));
  return own.join(' ') || idea.join(' ');
}

function Idea({ idea }: { idea: readonly string[] }) {
  const minted = useLoading((abort) =>
    call('mint', { tenant: tenant.value, path: path.value, operations: [...idea] }, abort),
  );
  const url = minted.value.value?.url;
  const query =
    url === undefined ? '' : new URLSearchParams({ url, accept: 'image/avif,image/webp' });
  return (
    <li class="idea">
      <button
        type="button"
        class="idea-picture"
        aria-pressed={idea.join() === operations.value.join()}
        onClick={() => setOperations(idea)}
      >
        {url === undefined ? (
          <span class="skeleton idea-shown" />
        ) : (
          <img
            class="idea-shown"
            src={`/picture/view?${query}`}
            alt=""
            loading="lazy"
            decoding="async"
          />
        )}
        <span class="idea-name mono">{shortName(idea)}</span>
      </button>
      {url !== undefined && <CopyButton text={url} name="Copy URL" />}
    </li>
  );
}

export function RecipeStrip() {
  const ideas = useComputed(() =>
    policy.value === undefined || path.value === '' ? [] : recipeIdeas(policy.value, path.value),
  );
  return (
    <section class="panel" aria-label="Recipes on this picture">
      <header>
        <h2>A dozen recipes on this picture</h2>
      </header>
      <ol class="ideas">
        {ideas.value.map((idea) => (
          <Idea key={`${tenant.value}/${path.value}/${idea.join('/')}`} idea={idea} />
        ))}
      </ol>
    </section>
  );
}
