import type { LiveRequest } from '../../../../operator/logs/live-request.ts';

/** A source and how often it was asked for. */
export type CountedSource = {
  readonly tenant: string;
  readonly path: string;
  readonly requests: number;
};

/** The counts of requests so far. Counting changes them. */
export type RequestTally = {
  requests: number;
  /** Requests of which it is known whether a cache answered, and those that one did. */
  answered: number;
  hits: number;
  renders: number;
  renderMilliseconds: number;
  readonly refusals: Map<string, number>;
  readonly sources: Map<string, CountedSource>;
};

/** A tally in which everything is 0. */
export const emptyRequestTally = (): RequestTally => ({
  ...{ requests: 0, answered: 0, hits: 0, renders: 0, renderMilliseconds: 0 },
  ...{ refusals: new Map(), sources: new Map() },
});

/** Of more sources, those that were asked for least are forgotten. Viewers can invent any number of names. */
const mostSources = 1_000;

function countSource({ sources }: RequestTally, { tenant, path, requests }: LiveRequest): void {
  if (tenant === null || path === '') return;
  const name = `${tenant}/${path}`;
  const before = sources.get(name)?.requests ?? 0;
  sources.set(name, { tenant, path, requests: before + requests });
  if (sources.size <= mostSources) return;
  const ranked = [...sources].toSorted(([, one], [, other]) => one.requests - other.requests);
  for (const [rare] of ranked.slice(0, mostSources / 2)) sources.delete(rare);
}

/** Counts a request. */
export function countRequest(tally: RequestTally, one: LiveRequest): void {
  const { code, hit, milliseconds, rendered, requests } = one;
  tally.requests += requests;
  if (hit !== null) tally.answered += requests;
  if (hit === true) tally.hits += requests;
  if (rendered) {
    tally.renders += requests;
    tally.renderMilliseconds += (milliseconds ?? 0) * requests;
  }
  if (code === null) countSource(tally, one);
  else tally.refusals.set(code, (tally.refusals.get(code) ?? 0) + requests);
}

/** The codes of refusals by their number, the largest first. */
export const rankRefusals = ({ refusals }: RequestTally): readonly (readonly [string, number])[] =>
  [...refusals].toSorted((one, other) => other[1] - one[1]);

/** The sources that were asked for most. */
export const rankSources = ({ sources }: RequestTally, most: number): readonly CountedSource[] =>
  [...sources.values()].toSorted((one, other) => other.requests - one.requests).slice(0, most);
