import type { HostMap } from '../../shared/url/host-map.ts';
import { isProbeLine, probeUri } from '../doctor/probe.ts';
import { type Columns, readAccessLine } from './access-log.ts';
import { type LiveRequest, type RequestParts, toLiveRequest } from './live-request.ts';
import { isRefusal, readServiceLine, type ServiceLine } from './service-line.ts';

/** Joins the lines of several logs to requests. Between two turns, lines are only collected. */
export type RequestJoiner = {
  readonly addServiceLine: (line: string) => void;
  readonly addAccessLine: (line: string) => void;
  /** Ends a turn. Returns the requests that are complete, or that nothing was added to for some turns. */
  readonly turn: () => readonly LiveRequest[];
  /** Returns everything that is left. */
  readonly finish: () => readonly LiveRequest[];
};

/** A function logs before the answer ends, and the access log afterwards, a render of nine seconds later. */
const patienceTurns = 30;
/** The answer of a refusal by viewer-request ends at once. */
const refusedTurns = 4;
/** With more, the oldest are not waited for. */
const mostWaiting = 2_000;

type Waiting = RequestParts & { readonly since: number; readonly completeAt: number | undefined };

const patienceOf = ({ viewer }: Waiting): number =>
  viewer !== undefined && isRefusal(viewer.outcome) ? refusedTurns : patienceTurns;

const partOf = (line: ServiceLine): RequestParts =>
  line.viewer ? { viewer: line } : { origin: line };

/** Creates a joiner for an installation with these hosts. */
export function createRequestJoiner(hosts: HostMap): RequestJoiner {
  const waiting = new Map<string, Waiting>();
  let columns: Columns | undefined;
  let turn = 0;
  let unnamed = 0;
  const add = (requestId: string | undefined, part: RequestParts): void => {
    unnamed += 1;
    const id = requestId ?? `unnamed ${unnamed}`;
    const { since = turn, ...known } = waiting.get(id) ?? {};
    const isComplete = part.access !== undefined;
    const completeAt = isComplete ? turn : waiting.get(id)?.completeAt;
    waiting.set(id, { ...known, ...part, since, completeAt });
  };
  const take = (isDue: (one: Waiting, at: number) => boolean): readonly LiveRequest[] => {
    const due = [...waiting].filter(([, one], at) => isDue(one, at));
    for (const [id] of due) waiting.delete(id);
    const requests = due.map(([, one]) => toLiveRequest(hosts, one));
    return requests.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  };
  return {
    addServiceLine: (text) => {
      const line = readServiceLine(text);
      if (typeof line === 'object' && !isProbeLine(line)) add(line.requestId, partOf(line));
    },
    addAccessLine: (text) => {
      const read = readAccessLine(text, columns);
      if (typeof read !== 'object') return;
      if ('columns' in read) columns = read.columns;
      else if (read.request.uri !== probeUri) add(read.request.requestId, { access: read.request });
    },
    turn: () => {
      turn += 1;
      const over = waiting.size - mostWaiting;
      return take(
        (one, at) =>
          // The functions' lines may be read a turn after the line of the access log.
          (one.completeAt ?? turn) < turn - 1 || one.since < turn - patienceOf(one) || at < over,
      );
    },
    finish: () => take(() => true),
  };
}
