import './url-doctor.css';
import '../playground/playground.css';
import { Field } from '../parts/field.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { accept, answer, asking, askNow, cookie, pasted } from './asking.ts';
import { UrlDiagnosis } from './diagnosis.tsx';

const Question = () => (
  <form
    class="panel"
    aria-label="Question"
    onSubmit={(event) => {
      event.preventDefault();
      askNow();
    }}
  >
    <div class="body stack">
      <Field name="A URL, or a line of a log">
        <textarea
          class="input mono"
          rows={4}
          spellcheck={false}
          value={pasted.value}
          onInput={({ currentTarget }) => {
            pasted.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            askNow();
          }}
        />
      </Field>
      <details>
        <summary>What the browser sends</summary>
        <div class="stack details">
          <Field name="Accept" hint="format,f_auto depends on it.">
            <input
              class="input mono"
              value={accept.value}
              onInput={({ currentTarget }) => {
                accept.value = currentTarget.value;
              }}
            />
          </Field>
          <Field name="Cookie" hint="If it has a grant: signet-grant=…">
            <input
              class="input mono"
              value={cookie.value}
              onInput={({ currentTarget }) => {
                cookie.value = currentTarget.value;
              }}
            />
          </Field>
        </div>
      </details>
      <div class="row">
        <button type="submit" class="button primary" disabled={asking.state.value.busy}>
          {asking.state.value.busy ? 'Looking…' : 'Explain it'}
        </button>
        <p class="quiet small">Nothing is changed, and the URL stays in this tab.</p>
      </div>
    </div>
  </form>
);

/** Says of a URL what it is, who signed it, what it costs, and why it is refused; takes a picture down from its URL. */
export function UrlDoctor() {
  const { error } = asking.state.value;
  return (
    <div class="stack url-doctor">
      <h1>What is wrong with this URL?</h1>
      <Question />
      {error !== undefined && <ErrorNotice message={error} />}
      {answer.value !== undefined && <UrlDiagnosis answer={answer.value} />}
    </div>
  );
}
