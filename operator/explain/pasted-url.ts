import { usageFailure } from '../failure.ts';

/** A URL as somebody pasted it, cut without repairing anything: the edge repairs nothing either. */
export type PastedUrl = {
  /** Nothing where the path alone was pasted. */
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
};

const withHost = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i;
const withoutHost = /^()(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

export function readPastedUrl(text: string): PastedUrl {
  const found = withHost.exec(text.trim()) ?? withoutHost.exec(text.trim());
  if (found === null) throw usageFailure('explain needs a URL, or its path with the query');
  const [, host, uri = '/', querystring = ''] = found;
  return { host: host || undefined, uri, querystring };
}
