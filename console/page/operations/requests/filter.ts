import type { LiveRequest } from '../../../../operator/logs/live-request.ts';

/** Which requests are shown and counted. Empty texts mean all. */
export type RequestFilter = {
  readonly tenant: string;
  /** The code of a refusal, or one of the groups. */
  readonly code: string;
  readonly text: string;
};

/** Groups of answers that can be chosen like a code. */
export const answerGroups = {
  refused: 'all refusals',
  served: 'served',
  rendered: 'rendered',
} as const;

function hasAnswer({ code, rendered }: LiveRequest, wanted: string): boolean {
  if (wanted === 'refused') return code !== null;
  if (wanted === 'served') return code === null;
  if (wanted === 'rendered') return rendered;
  return code === wanted;
}

const textOf = ({ path, reason, recipe, tenant, kid, status }: LiveRequest): string =>
  [tenant, path, recipe, reason, kid, status].join(' ').toLowerCase();

/** Whether a request passes the filter. */
export const isWanted = ({ code, tenant, text }: RequestFilter, one: LiveRequest): boolean =>
  (tenant === '' || one.tenant === tenant) &&
  (code === '' || hasAnswer(one, code)) &&
  (text === '' || textOf(one).includes(text.toLowerCase()));
