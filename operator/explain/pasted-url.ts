import { usageFailure } from '../failure.ts';

/** The parts of a pasted URL. Nothing is repaired, because the edge repairs nothing either. */
export type PastedUrl = {
  /** Undefined if only the path was pasted. */
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
};

const withHost = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i;
const withoutHost = /^()(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

/** Splits a URL, or a path with a query. Throws `usage` for anything else. */
export function readPastedUrl(text: string): PastedUrl {
  const found = withHost.exec(text.trim()) ?? withoutHost.exec(text.trim());
  if (found === null) throw usageFailure('explain needs a URL, or its path with the query');
  const [, host, uri = '/', querystring = ''] = found;
  return { host: host || undefined, uri, querystring };
}
