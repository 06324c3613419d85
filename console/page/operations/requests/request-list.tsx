import { useSignal } from '@preact/signals';
import type { LiveRequest } from '../../../../operator/logs/live-request.ts';
import { printBytes } from '../../../../operator/quantity.ts';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import { overview } from '../../installation.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { isDeployed, queryText } from '../part.ts';
import { type Feed, mostKept } from './feed.ts';

const rowHeight = 56;

const answerOf = ({ code, status }: LiveRequest): string => code ?? String(status ?? 'allowed');

function toneOf({ code, status }: LiveRequest): string {
  if (code !== null) return 'bad';
  return status !== null && status >= 400 ? 'warn' : 'good';
}

function originOf({ hit, rendered, milliseconds }: LiveRequest): string {
  if (rendered) return milliseconds === null ? 'rendered' : `rendered in ${milliseconds} ms`;
  if (hit === null) return '';
  return hit ? 'from a cache' : 'from S3';
}

/** The second line of a row. */
function detailsOf(one: LiveRequest): string {
  const { bytes, code, reason, recipe, requests } = one;
  const facts =
    code === null
      ? [originOf(one), bytes === null ? '' : printBytes(bytes), recipe ?? '']
      : [reason ?? '', recipe ?? ''];
  const sampled = requests > 1 ? [`stands for ${requests}`] : [];
  return escapeForTerminal([...sampled, ...facts.filter((fact) => fact !== '')].join(' · '));
}

const timeOf = (at: string): string => at.slice(11, 19);

const RequestRow = ({ one, onOpen }: { one: LiveRequest; onOpen: () => void }) => (
  <button type="button" class="request" onClick={onOpen}>
    <span class="mono quiet">{timeOf(one.at)}</span>
    <span class={`tag ${toneOf(one)}`}>{answerOf(one)}</span>
    <span class="request-path">
      <span class="quiet">{one.tenant === null ? '' : `${one.tenant}/`}</span>
      {escapeForTerminal(one.path)}
    </span>
    <span class="request-details quiet small">{detailsOf(one)}</span>
  </button>
);

const factsOf = (one: LiveRequest): readonly (readonly [string, string | null])[] => [
  ['Time', `${one.at} (UTC)`],
  ['Tenant', one.tenant],
  ['Source', one.path],
  ['Recipe', one.recipe],
  ['Signed with', one.kid],
  ['Status', one.status === null ? null : String(one.status)],
  ['Refused with', one.code],
  ['Reason', one.reason],
  ['Would be refused with', one.reported],
  ['Answered', originOf(one) || null],
  ['Bytes', one.bytes === null ? null : printBytes(one.bytes)],
];

const RequestDialog = ({ one, onClose }: { one: LiveRequest; onClose: () => void }) => (
  <Dialog title="Request" onClose={onClose}>
    <dl class="request-facts">
      {factsOf(one).map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt class="quiet small">{name}</dt>
            <dd>{escapeForTerminal(value)}</dd>
          </div>
        ),
      )}
    </dl>
  </Dialog>
);

function emptyText(): string {
  const isFiltered = ['tenant', 'code', 'text'].some((name) => queryText(name) !== '');
  if (isFiltered) return 'No request matches the filter.';
  if (isDeployed.value) return 'Read the last minutes to see requests.';
  return `No request yet. Open a signed URL of ${overview.value?.address ?? 'the stack'}.`;
}

/** The newest requests. Each opens with everything that is known of it. */
export function RequestList({ feed }: { feed: Feed }) {
  const opened = useSignal<LiveRequest | undefined>(undefined);
  const { rows } = feed.view.value;
  return (
    <div class="request-rows">
      {rows.length === 0 ? (
        <p class="empty">{emptyText()}</p>
      ) : (
        <VirtualList
          items={rows}
          rowHeight={rowHeight}
          height="100%"
          label={`The newest requests, at most ${mostKept}`}
          render={(one) => (
            <RequestRow
              one={one}
              onOpen={() => {
                opened.value = one;
              }}
            />
          )}
        />
      )}
      {opened.value !== undefined && (
        <RequestDialog
          one={opened.value}
          onClose={() => {
            opened.value = undefined;
          }}
        />
      )}
    </div>
  );
}
