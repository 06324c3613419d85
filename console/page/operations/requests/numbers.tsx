import { printNumber } from '../../../../operator/quantity.ts';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import { setQuery, viewAddress } from '../../address.ts';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import { isDeployed } from '../part.ts';
import type { Feed } from './feed.ts';
import {
  type CountedSource,
  type RequestTally,
  rankRefusals,
  rankSources,
} from './request-tally.ts';

const Figure = ({ name, value, hint }: { name: string; value: string; hint: string }) => (
  <div class="figure">
    <dt class="quiet small">{name}</dt>
    <dd>{value}</dd>
    <dd class="quiet small">{hint}</dd>
  </div>
);

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;

const sumOf = (refused: readonly (readonly [string, number])[]): number =>
  refused.reduce((sum, [, count]) => sum + count, 0);

function Figures({ tally, since }: { tally: RequestTally; since: string | undefined }) {
  const { answered, hits, renderMilliseconds, renders, requests } = tally;
  const refused = sumOf(rankRefusals(tally));
  const mean = renders === 0 ? '' : `${Math.round(renderMilliseconds / renders)} ms each`;
  return (
    <dl class="figures">
      <Figure
        name="Requests"
        value={printNumber(requests)}
        hint={since === undefined ? 'none yet' : `since ${since.slice(11, 19)} UTC`}
      />
      <Figure
        name="Hit rate"
        value={percent(hits, answered)}
        hint={isDeployed.value ? 'in the access log only' : `${printNumber(hits)} from a cache`}
      />
      <Figure name="Renders" value={printNumber(renders)} hint={mean} />
      <Figure name="Refused" value={printNumber(refused)} hint={percent(refused, requests)} />
    </dl>
  );
}

const Refusals = ({ tally }: { tally: RequestTally }) => {
  const ranked = rankRefusals(tally);
  if (ranked.length === 0) return <p class="quiet small">No request was refused.</p>;
  return (
    <ul class="ranking">
      {ranked.map(([code, count]) => (
        <li key={code}>
          <button type="button" class="button slight" onClick={() => setQuery({ code }, 'push')}>
            {code}
          </button>
          <span class="number">{printNumber(count)}</span>
        </li>
      ))}
    </ul>
  );
};

const TopSource = ({ source }: { source: CountedSource }) => {
  const { tenant, path, requests } = source;
  const place = viewAddress('operations', { part: 'sources', tenant, path });
  return (
    <li>
      <Thumbnail tenant={tenant} path={path} />
      <a class="source-name" href={place}>{`${tenant}/${escapeForTerminal(path)}`}</a>
      <span class="number">{printNumber(requests)}</span>
    </li>
  );
};

/** What the requests that pass the filter add up to. */
export function Numbers({ feed }: { feed: Feed }) {
  const { tally, since } = feed.view.value;
  const sources = rankSources(tally, 10);
  return (
    <div class="stack requests-numbers">
      <section class="panel" aria-label="Numbers">
        <div class="body">
          <Figures tally={tally} since={since} />
        </div>
      </section>
      <section class="panel" aria-label="Refusals by code">
        <header>
          <h2>Refusals by code</h2>
        </header>
        <div class="body numbers-body">
          <Refusals tally={tally} />
        </div>
      </section>
      <section class="panel" aria-label="Top sources">
        <header>
          <h2>Top sources</h2>
        </header>
        <div class="body top-sources">
          {sources.length === 0 && <p class="quiet small">No source was served.</p>}
          <ul class="ranking">
            {sources.map((source) => (
              <TopSource key={`${source.tenant}/${source.path}`} source={source} />
            ))}
          </ul>
        </div>
      </section>
    </div>
  );
}
