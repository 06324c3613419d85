import { asRefusal, type Refusal } from '../../shared/refusal.ts';

/** One stage of a request: what went in is the stage before, what came out is `data`. */
export type ExplainedStage = {
  readonly stage: string;
  readonly ok: boolean;
  readonly data: Readonly<Record<string, unknown>>;
};

export type Explanation = {
  readonly url: string;
  readonly stages: readonly ExplainedStage[];
  readonly key?: string;
  /** Whether the derivative lies in S3 already; if not, only its render can tell that it decodes. */
  readonly stored?: boolean;
  readonly refusal?: {
    readonly code: string;
    readonly reason: string;
    readonly rule: string | null;
    readonly allowed: unknown;
  };
};

/** Keeps what every stage made, and stops at the first that refuses. */
export function createExplanation(url: string) {
  const stages: ExplainedStage[] = [];
  let ending: { readonly key: string; readonly stored: boolean } | undefined;
  let refusal: Refusal | undefined;

  async function stage<T>(
    name: string,
    work: () => T | Promise<T>,
    show: (made: T) => Readonly<Record<string, unknown>>,
    hint: () =>
      | Readonly<Record<string, unknown>>
      | Promise<Readonly<Record<string, unknown>>> = () => ({}),
  ): Promise<T> {
    try {
      const made = await work();
      stages.push({ stage: name, ok: true, data: show(made) });
      return made;
    } catch (thrown) {
      refusal = asRefusal(thrown);
      stages.push({ stage: name, ok: false, data: { refusal: refusal.code, ...(await hint()) } });
      throw refusal;
    }
  }

  function explanation(): Explanation {
    const base = { url, stages };
    if (refusal === undefined) return { ...base, ...ending };
    const { code, detail } = refusal;
    const { reason, rule = null, allowed = null } = detail;
    return { ...base, refusal: { code, reason, rule, allowed } };
  }

  return {
    stage,
    explanation,
    endsIn: (key: string, stored: boolean): void => {
      ending = { key, stored };
    },
  };
}

const printData = (data: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(data).map(
    ([name, value]) =>
      `      ${name}: ${typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value)}`,
  );

/** The explanation for people. */
export function printExplanation({ stages, key, stored, refusal }: Explanation): string {
  const lines = stages.flatMap(({ stage, ok, data }) => [
    `  ${ok ? '✓' : '✗'} ${stage}`,
    ...printData(data),
  ]);
  const end =
    refusal === undefined
      ? key === undefined
        ? 'The signature is right; whether the policy allows it was not asked: unset SIGNET_KEY, or say --target'
        : stored
          ? `Served as ${key}`
          : `Will be made as ${key}; whether the source can be drawn so was not tried`
      : [
          `Refused: ${refusal.code}: ${refusal.reason}`,
          ...(refusal.rule === null ? [] : [`  rule: ${refusal.rule}`]),
          ...(refusal.allowed === null ? [] : [`  allowed: ${JSON.stringify(refusal.allowed)}`]),
        ].join('\n');
  return [...lines, end].join('\n');
}
