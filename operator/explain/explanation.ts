import type { Refusal } from '../../shared/refusal.ts';
import {
  type Observe,
  type StageName,
  type StageResults,
  stageNames,
} from '../../shared/request/stages.ts';

type Data = Readonly<Record<string, unknown>>;

/** The result of one stage: its data, or its refusal. */
export type ExplainedStage = { readonly stage: string; readonly ok: boolean; readonly data: Data };

export type Explanation = {
  readonly url: string;
  readonly stages: readonly ExplainedStage[];
  readonly key?: string;
  /** Whether S3 has the derivative. If not, only its render shows whether the source can be decoded. */
  readonly stored?: boolean;
  readonly refusal?: {
    readonly code: string;
    readonly reason: string;
    readonly rule: string | null;
    readonly allowed: unknown;
  };
};

/** The data that an explanation shows for each stage. */
export type StageViews = { readonly [Name in StageName]: (result: StageResults[Name]) => Data };

export type ExplanationRecord = {
  /** Records each stage that passes. */
  readonly observe: Observe;
  /** The next stage. After a refusal, it is the stage that refused. */
  readonly next: () => string;
  /** Records a further stage that passed. */
  readonly pass: (stage: string, data: Data) => void;
  /** Records the stage that refused. */
  readonly refuse: (stage: string, refusal: Refusal, hint: Data) => void;
  readonly result: (ending?: { readonly key: string; readonly stored: boolean }) => Explanation;
};

/** Collects the explanation of a URL, stage by stage. */
export function createExplanation(url: string, views: StageViews): ExplanationRecord {
  const stages: ExplainedStage[] = [];
  let refused: Refusal | undefined;
  const pass = (stage: string, data: Data): void => void stages.push({ stage, ok: true, data });
  return {
    observe: (stage, result) => pass(stage, views[stage](result)),
    next: () => stageNames.find((name) => !stages.some(({ stage }) => stage === name)) ?? 'name',
    pass,
    refuse: (stage, refusal, hint) => {
      refused = refusal;
      stages.push({ stage, ok: false, data: { refusal: refusal.code, ...hint } });
    },
    result: (ending) => {
      if (refused === undefined) return { url, stages, ...ending };
      const { reason, rule = null, allowed = null } = refused.detail;
      return { url, stages, refusal: { code: refused.code, reason, rule, allowed } };
    },
  };
}
