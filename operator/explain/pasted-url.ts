import { usage } from '../failure.ts';

/** A URL as somebody pasted it, cut without repairing anything: the edge repairs nothing either. */
export type AskedUrl = {
  /** Nothing where the path alone was pasted. */
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
};

const withHost = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i;
const withoutHost = /^()(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

export function readAskedUrl(text: string): AskedUrl {
  const found = withHost.exec(text.trim()) ?? withoutHost.exec(text.trim());
  if (found === null) throw usage('explain needs a URL, or its path with the query');
  const [, host, uri = '/', querystring = ''] = found;
  return { host: host || undefined, uri, querystring };
}
