import { useComputed, useSignal } from '@preact/signals';
import { call } from '../call.ts';
import { createDoing, useLoading } from '../loading.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { askNow } from './asking.ts';

/* Blocks or purges what a URL shows, with what else the scope covers in view. */

type Target = { readonly tenant: string; readonly path: string };

/** The source itself, each folder above it, and everything. */
function scopesOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  const folders = parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/*`);
  return [path, ...folders.toReversed(), '*'];
}

type ConfirmProps = {
  readonly title: string;
  readonly about: string;
  readonly verb: string;
  readonly needsReason: boolean;
  readonly onClose: () => void;
  readonly work: (reason: string) => Promise<string>;
};

/** Asks once more, for the reason if it is recorded, and shows the outcome. */
function Confirm({ title, about, verb, needsReason, onClose, work }: ConfirmProps) {
  const reason = useSignal('');
  const doing = useComputed(createDoing).value;
  const { busy, error, value } = doing.state.value;
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="wrap">{about}</p>
      {needsReason && (
        <Field name="Reason, recorded in the audit trail">
          <input
            class="input"
            value={reason.value}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </Field>
      )}
      {error !== undefined && <Notice tone="bad">{error}</Notice>}
      {value !== undefined && <Notice tone="good">{value}</Notice>}
      {busy && (
        <Notice>Working. A block is viewed until it is refused, for a minute at most.</Notice>
      )}
      <div class="row">
        <button
          type="button"
          class="button danger"
          disabled={busy || value !== undefined || (needsReason && reason.value.trim() === '')}
          onClick={() => void doing.run(() => work(reason.value.trim()))}
        >
          {verb}
        </button>
      </div>
    </Dialog>
  );
}

const workOf =
  (name: 'block' | 'unblock' | 'purge', tenant: string, scope: string) =>
  async (reason: string): Promise<string> => {
    if (name === 'purge') return (await call('purge', { tenant, scope })).said;
    return (await call(name, { tenant, scope, reason })).text;
  };

const questions = {
  block: { verb: 'Block it', needsReason: true },
  unblock: { verb: 'Serve it again', needsReason: true },
  purge: { verb: 'Purge it', needsReason: false },
} as const;
type Question = keyof typeof questions;

const titleOf = (question: Question, scope: string, tenant: string): string =>
  `${{ block: 'Block', unblock: 'Unblock', purge: 'Purge' }[question]} ${scope} of ${tenant}`;

export function TakeDown({ tenant, path }: Target) {
  const scope = useSignal(path);
  const question = useSignal<Question | undefined>(undefined);
  const covered = useLoading((abort) => call('scope', { tenant, scope: scope.value }, abort));
  const { value, error } = covered.value;
  const close = (): void => {
    question.value = undefined;
    covered.again();
    askNow();
  };
  return (
    <section class="panel" aria-label="Take it down">
      <header>
        <h2>Take it down</h2>
      </header>
      <div class="body stack">
        <Field name="What">
          <select
            class="input"
            value={scope.value}
            onChange={({ currentTarget }) => {
              scope.value = currentTarget.value;
            }}
          >
            {scopesOf(path).map((one) => (
              <option key={one} value={one}>
                {one === '*' ? '* (everything of this tenant)' : one}
              </option>
            ))}
          </select>
        </Field>
        <div class="covered">
          {error !== undefined && <Notice tone="bad">{error}</Notice>}
          {value?.warnings.map((one) => (
            <Notice key={one} tone="warn">
              {one}
            </Notice>
          ))}
          <p class="wrap">{value?.text ?? '…'}</p>
          <ul class="row">
            {value?.covers.names.map((name) => (
              <li key={name} title={name}>
                <Thumbnail tenant={tenant} path={name} />
              </li>
            ))}
          </ul>
        </div>
        <div class="row">
          <button
            type="button"
            class="button danger"
            disabled={value === undefined}
            onClick={() => {
              question.value = value?.blocked === true ? 'unblock' : 'block';
            }}
          >
            {value?.blocked === true ? 'Unblock…' : 'Block…'}
          </button>
          <button
            type="button"
            class="button"
            disabled={value === undefined}
            onClick={() => {
              question.value = 'purge';
            }}
          >
            Purge…
          </button>
          <p class="quiet small">
            A block refuses it within a minute, also where it is cached. A purge deletes what was
            made; it is made again when it is asked for.
          </p>
        </div>
      </div>
      {question.value !== undefined && (
        <Confirm
          title={titleOf(question.value, scope.value, tenant)}
          about={value?.text ?? ''}
          {...questions[question.value]}
          onClose={close}
          work={workOf(question.value, tenant, scope.value)}
        />
      )}
    </section>
  );
}
