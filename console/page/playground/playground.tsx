import './playground.css';
import { overview } from '../installation.ts';
import { Notice } from '../parts/notice.tsx';
import { BreakIt } from './break-it.tsx';
import { Controls } from './controls.tsx';
import { chosenTenant, path, policyError } from './model.ts';
import { RecipeStrip } from './recipe-strip.tsx';
import { Snippets } from './snippets.tsx';
import { Sources } from './sources.tsx';
import { Stage } from './stage.tsx';
import { source } from './viewing.ts';

const NoTenant = () => (
  <p class="empty">There is no tenant yet. Create one: npx signet tenant create NAME</p>
);

/** Why nothing is shown, if that is so. */
const Problems = () => {
  const message = policyError.value ?? (path.value === '' ? undefined : source.value.error);
  return message === undefined ? null : <Notice tone="bad">{message}</Notice>;
};

/** Tries recipes on a picture: what they make, what they cost, and the code that asks for them. */
export function Playground() {
  if (overview.value !== undefined && chosenTenant.value === '') return <NoTenant />;
  return (
    <>
      <h1 class="hidden">Playground</h1>
      <div class="playground">
        <div class="stack playground-source">
          <Sources />
        </div>
        <div class="stack playground-stage">
          <Problems />
          <Stage />
        </div>
        <div class="stack playground-more">
          <Snippets />
          <RecipeStrip />
          <BreakIt />
        </div>
        <div class="stack playground-controls">
          <Controls />
        </div>
      </div>
    </>
  );
}
