import type { CallOutput } from '../../server/calls.ts';

/* What an explanation says about a URL, taken out of its stages. */

export type UrlExplanation = CallOutput<'explain'>;

export type UrlReading = {
  /** One of three endings, in a few words. */
  readonly verdict: 'served' | 'made' | 'refused' | 'unknown';
  readonly tenant: string | undefined;
  readonly path: string | undefined;
  /** The operations as the URL writes them. */
  readonly operations: string | null;
  /** Facts in the order of the stages. */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

type Data = Readonly<Record<string, unknown>>;

const textIn = (data: Data | undefined, name: string): string | undefined => {
  const value = data?.[name];
  return typeof value === 'string' ? value : undefined;
};

function verdictOf({ refusal, stored }: UrlExplanation): UrlReading['verdict'] {
  if (refusal !== undefined) return 'refused';
  if (stored === undefined) return 'unknown';
  return stored ? 'served' : 'made';
}

const signer = (data: Data | undefined): string | undefined => {
  const kid = textIn(data, 'kid');
  if (kid === undefined) return undefined;
  return data?.['grant'] === true ? `a grant of ${kid}` : `the key ${kid}`;
};

/** Reads an explanation. What a refused URL did not reach is left out. */
export function readExplanation(explanation: UrlExplanation): UrlReading {
  const data = (name: string): Data | undefined =>
    explanation.stages.find(({ stage }) => stage === name)?.data;
  const split = data('split');
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Tenant', textIn(split, 'tenant')],
    ['Source', textIn(split, 'path')],
    ['Signed by', signer(data('verify'))],
    ['Expires', textIn(data('verify'), 'expires')],
    ['Recipe', textIn(data('authorize'), 'recipe') ?? textIn(data('parse'), 'recipe')],
    ['Format', textIn(data('negotiate'), 'format')],
    ['Key', explanation.key],
  ];
  return {
    verdict: verdictOf(explanation),
    tenant: textIn(split, 'tenant'),
    path: textIn(split, 'path'),
    operations: textIn(split, 'operations') ?? null,
    facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  };
}

/** The hints that a stage gives besides its data: what the sender probably did, and what to write instead. */
export const hintsIn = ({
  stages,
  refusal,
}: UrlExplanation): readonly (readonly [string, string])[] => {
  if (refusal === undefined) return [];
  const data = stages.find(({ ok }) => !ok)?.data ?? {};
  return Object.entries(data).flatMap(([name, value]) =>
    name === 'refusal' || value === undefined || value === null
      ? []
      : [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const],
  );
};
