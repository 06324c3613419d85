import { isRefusalCode, refusals } from '../../../shared/refusal.ts';
import { viewAddress } from '../address.ts';
import { Notice, type Tone } from '../parts/notice.tsx';
import { StageList, shownStages } from '../playground/stages.tsx';
import type { DoctorAnswer } from './asking.ts';
import { Instead } from './instead.tsx';
import { hintsIn, readExplanation, type UrlReading } from './reading.ts';
import { TakeDown } from './take-down.tsx';
import { printUrlCost } from './url-cost.ts';

/* The answer of the URL doctor: the verdict, the picture, the facts, what to write instead. */

const verdicts: Readonly<Record<UrlReading['verdict'], readonly [Tone | undefined, string]>> = {
  served: ['good', 'It is served. The derivative is stored.'],
  made: ['good', 'It is allowed. The picture is made when it is first asked for.'],
  refused: ['bad', 'It is refused'],
  unknown: [undefined, 'This is all that the line says.'],
};

function Verdict({
  answer: { explanation },
  reading,
}: {
  answer: DoctorAnswer;
  reading: UrlReading;
}) {
  const [tone, words] = verdicts[reading.verdict];
  const { refusal } = explanation;
  if (refusal === undefined)
    return <Notice {...(tone === undefined ? {} : { tone })}>{words}</Notice>;
  const row = isRefusalCode(refusal.code) ? refusals[refusal.code] : undefined;
  return (
    <>
      <Notice tone="bad">{`${words}: ${refusal.code}. ${refusal.reason}`}</Notice>
      {row !== undefined && (
        <dl class="facts-list">
          <dt>What it means</dt>
          <dd>{row.meaning}</dd>
          <dt>What to do</dt>
          <dd>{row.remedy}</dd>
          {hintsIn(explanation).map(([name, value]) => [
            <dt key={name}>{name}</dt>,
            <dd key={`${name} value`} class="mono">
              {value}
            </dd>,
          ])}
        </dl>
      )}
    </>
  );
}

const FactList = ({ facts }: { facts: UrlReading['facts'] }) => (
  <dl class="facts-list">
    {facts.map(([name, value]) => [
      <dt key={name}>{name}</dt>,
      <dd key={`${name} value`} class="mono">
        {value}
      </dd>,
    ])}
  </dl>
);

function Picture({ answer: { viewed } }: { answer: DoctorAnswer }) {
  const body = viewed?.body;
  if (body === undefined || body.src === '') return null;
  return (
    <figure class="doctor-picture">
      <img src={body.src} alt="What a viewer gets" width={body.width} height={body.height} />
      <figcaption class="quiet small">{`${body.width} × ${body.height}, ${body.type}, ${viewed?.cache || 'not cached'}`}</figcaption>
    </figure>
  );
}

export function UrlDiagnosis({ answer }: { answer: DoctorAnswer }) {
  const reading = readExplanation(answer.explanation);
  const { tenant, path } = reading;
  const bytes = answer.viewed?.body?.bytes;
  return (
    <div class="stack">
      <Verdict answer={answer} reading={reading} />
      <div class="doctor-answer">
        <Picture answer={answer} />
        <section class="panel" aria-label="What it is">
          <header>
            <h2>What it is</h2>
            {tenant !== undefined && path !== undefined && (
              <a class="button slight" href={viewAddress('', { tenant, path })}>
                Open in the playground
              </a>
            )}
          </header>
          <div class="body stack">
            <FactList facts={reading.facts} />
            {bytes !== undefined && (
              <>
                <h3>What it costs on AWS, about</h3>
                <FactList facts={printUrlCost(bytes)} />
              </>
            )}
          </div>
        </section>
      </div>
      {reading.verdict === 'refused' && tenant !== undefined && path !== undefined && (
        <Instead
          key={`${tenant}/${path}/${reading.operations}`}
          {...{ tenant, path }}
          operations={reading.operations}
        />
      )}
      {tenant !== undefined && path !== undefined && path !== '' && (
        <TakeDown key={`${tenant}/${path}`} tenant={tenant} path={path} />
      )}
      <section class="panel" aria-label="Stages">
        <header>
          <h2>Stage by stage</h2>
        </header>
        <div class="body">
          <StageList stages={shownStages(answer.explanation, answer.viewed)} />
        </div>
      </section>
    </div>
  );
}
