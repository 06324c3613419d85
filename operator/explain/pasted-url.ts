import { usageFailure } from '../failure.ts';
import { readLooseLine } from '../logs/access-log.ts';

/** The parts of a pasted URL. Nothing is repaired, because the edge repairs nothing either. */
export type PastedUrl = {
  /** Undefined if only the path was pasted. */
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
  /** Set if it stood in a line of an access log, which does not show cookies. */
  readonly logged?: true;
};

const withHost = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i;
const withoutHost = /^()(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

/** Splits a URL, or a path that begins with a slash; undefined for other text. */
export function splitPastedUrl(text: string): PastedUrl | undefined {
  const found = withHost.exec(text.trim()) ?? withoutHost.exec(text.trim());
  if (found === null) return undefined;
  const [, host, uri = '/', querystring = ''] = found;
  return { host: host || undefined, uri, querystring };
}

/** Splits a URL, a path with a query, or the URL in a line of an access log. Throws `usage` for anything else. */
export function readPastedUrl(text: string): PastedUrl {
  const logged = readLooseLine(text);
  if (logged !== undefined) {
    const { host, uri, querystring } = logged;
    return { host, uri, querystring, logged: true };
  }
  const split = splitPastedUrl(text);
  if (split === undefined)
    throw usageFailure(
      /https?:\/\/\w/i.test(text)
        ? 'explain needs the URL alone; leave out what stands before it and after it'
        : 'explain needs a URL, its path with the query, or a line of a log',
    );
  return split;
}
