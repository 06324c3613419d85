import { usage } from './failure.ts';

/** A URL as somebody pasted it, cut without repairing anything: the edge repairs nothing either. */
export type AskedUrl = { readonly uri: string; readonly querystring: string };

const withHost = /^https?:\/\/[^/?#]+(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i;
const withoutHost = /^(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

export function readAskedUrl(text: string): AskedUrl {
  const [, uri, querystring] = withHost.exec(text.trim()) ?? withoutHost.exec(text.trim()) ?? [];
  if (uri === undefined && !withHost.test(text.trim()))
    throw usage('explain needs a URL, or its path with the query');
  return { uri: uri ?? '/', querystring: querystring ?? '' };
}
