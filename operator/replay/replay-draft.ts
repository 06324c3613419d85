import { splitUrl } from '../../shared/recipe/request-url.ts';
import type { RefusalCode } from '../../shared/refusal.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import type { OpenInstallation } from '../target/target.ts';
import { quietly, resultsOf } from '../tenants/outcomes.ts';
import type { Verdict } from './decision.ts';
import { replayLogs } from './replay.ts';
import type { NoteVerdict, ReplayReport } from './replay-report.ts';

/** A logged request that only the draft refuses. */
export type NewlyRefused = {
  /** The path of its source. */
  readonly path: string;
  readonly recipe: string;
  readonly code: RefusalCode;
  /** How many logged requests there were of it. */
  readonly requests: number;
};

export type DraftReplay = {
  /** Undefined if the draft could not be compared. */
  readonly report: ReplayReport | undefined;
  /** The requests that were seen most; at most 60. */
  readonly refused: readonly NewlyRefused[];
  /** Whether the logs were read to their end. */
  readonly complete: boolean;
  readonly damaged: readonly string[];
};

/** Different requests that are counted, and how many of them are returned. */
const bounds = { counted: 5_000, returned: 60 } as const;

/** Counts different requests that are newly refused. */
function countNewlyRefused(): {
  readonly note: NoteVerdict;
  readonly list: () => readonly NewlyRefused[];
} {
  const found = new Map<string, { -readonly [K in keyof NewlyRefused]: NewlyRefused[K] }>();
  const add = (path: string, { recipe, code }: Extract<Verdict, { readonly kind: 'decided' }>) => {
    const key = `${path}\n${recipe}`;
    const known = found.get(key);
    if (known !== undefined) known.requests += 1;
    else if (code !== undefined && found.size < bounds.counted)
      found.set(key, { path, recipe, code, requests: 1 });
  };
  return {
    note: ({ uri, querystring }, verdict) => {
      if (verdict.kind === 'decided' && verdict.change === 'newlyRefused')
        add(splitUrl(uri, querystring).path, verdict);
    },
    list: () =>
      [...found.values()]
        .toSorted((one, other) => other.requests - one.requests)
        .slice(0, bounds.returned),
  };
}

/**
 * Decides logged requests under the live policy and under a draft, as `replayLogs` does for files. Once the signal aborts, the
 * report is of what was read until then. Throws as `replayLogs` does.
 */
export async function replayDraft(
  open: OpenInstallation,
  {
    draft,
    signal,
    ...logs
  }: {
    readonly draft: DraftPolicy;
    /** Files and folders; empty for the access log of the local stack. */
    readonly logs: readonly string[];
    readonly target: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<DraftReplay> {
  const { note, list } = countNewlyRefused();
  const request = { ...logs, policies: draft, against: undefined, needsRequests: false };
  const reading = { ...quietly, reportDamaged: () => undefined, signal, note };
  const { outcomes, damaged } = await replayLogs(open, request, reading);
  const [report] = resultsOf(outcomes);
  return { report, refused: list(), complete: !signal.aborted, damaged };
}
