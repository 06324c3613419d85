import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms, notRun } from '../not-run.ts';
import { type Language, languages } from './languages.ts';
import { type Call, encodingCall, grantCall, hostileCall, signatureCall } from './signer-calls.ts';
import { type Answer, type SignerProgram, signerProgram } from './signer-program.ts';
import {
  encodingFile,
  grantFile,
  hostileFile,
  isAhead,
  type SignatureVector,
  signatureFile,
  testsOf,
} from './vector-files.ts';

const signatures = testsOf(signatureFile, 'valid').filter(({ exp }) => isAhead(exp));
const mistakes = testsOf(signatureFile, 'invalid');
const [encodings, misencodings] = [
  testsOf(encodingFile, 'valid'),
  testsOf(encodingFile, 'invalid'),
];
const grants = testsOf(grantFile, 'valid').filter(({ claims }) => isAhead(claims.exp));
const hostile = testsOf(hostileFile, 'invalid');

/** The signer for the encoding vectors, which have none. */
const [anySigner] = signatures;
if (anySigner === undefined) throw new Error('there are no vectors');

const isMissing = ({ language, tools, optional = false }: Language): boolean =>
  notRun(`the signer for ${language}`, missingPrograms(tools), { optional });

const idOf = ({ tcId, comment }: { readonly tcId: number; readonly comment: string }): string =>
  `${tcId} ${comment}`;
const urlOf = ({ url, pathAndQuery }: SignatureVector): { readonly ok: string } => ({
  ok: url.replace(/\/$/, '') + pathAndQuery,
});

/** What is wrong with an answer that should be a refusal; undefined for a correct refusal. */
function refusalFault(answer: Answer | undefined, { environment }: Call): string | undefined {
  if (answer === undefined) return 'no answer';
  if ('ok' in answer) return `made ${answer.ok}`;
  const { refused } = answer;
  const isLeak = environment.signingKey !== '' && refused.includes(environment.signingKey);
  if (isLeak) return 'repeats the signing key';
  return /^[ -~]{15,200}$/.test(refused) ? undefined : `has no readable message: ${refused}`;
}

describe.each(languages)('the signer for $language', (language) => {
  describe.skipIf(isMissing(language))('on this machine', () => {
    const applicable = hostile.filter(
      ({ flags }) => !flags.some((one) => language.without.includes(one)),
    );
    const calls = {
      signatures: signatures.map(signatureCall),
      mistakes: mistakes.map(signatureCall),
      encodings: [...encodings, ...misencodings].map((one) => encodingCall(one, anySigner)),
      grants: grants.map(grantCall),
      hostile: applicable.map(hostileCall),
    };
    let program: SignerProgram;
    const answers = new Map<string, ReadonlyMap<string, Answer>>();
    const answersTo = (group: keyof typeof calls) =>
      answers.get(group) ?? new Map<string, Answer>();
    beforeAll(() => {
      program = signerProgram(language);
      const groups = program.answer(Object.values(calls));
      for (const [at, name] of Object.keys(calls).entries())
        answers.set(name, groups[at] ?? new Map());
    });
    afterAll(() => program?.remove());

    it(`signs ${signatures.length} URLs as the vectors do`, () => {
      const made = answersTo('signatures');
      expect(Object.fromEntries(made)).toEqual(
        Object.fromEntries(signatures.map((vector) => [idOf(vector), urlOf(vector)])),
      );
    });

    it(`makes none of ${mistakes.length} signing mistakes`, () => {
      const made = answersTo('mistakes');
      const wrong = mistakes.filter((vector) => {
        const answer = made.get(idOf(vector));
        return !(answer && 'ok' in answer) || answer.ok === urlOf(vector).ok;
      });
      expect(wrong.map(idOf)).toEqual([]);
    });

    it(`encodes ${encodings.length + misencodings.length} paths as the vectors do`, () => {
      const encoded = (path: string) => `${anySigner.url}/${anySigner.tenant}/${path}?`;
      const begins = (answer: Answer | undefined, path: string): boolean =>
        answer !== undefined && 'ok' in answer && answer.ok.startsWith(encoded(path));
      const made = answersTo('encodings');
      const wrong = [...encodings, ...misencodings].filter(
        (vector) => begins(made.get(idOf(vector)), vector.encoded) !== (vector.result === 'valid'),
      );
      expect(wrong.map((vector) => [idOf(vector), made.get(idOf(vector))])).toEqual([]);
    });

    it(`mints ${grants.length} grants as the vectors do`, () => {
      const made = answersTo('grants');
      expect(Object.fromEntries(made)).toEqual(
        Object.fromEntries(grants.map((vector) => [idOf(vector), { ok: vector.jwt }])),
      );
    });

    it(`refuses ${applicable.length} calls with a message that does not contain the signing key`, () => {
      const made = answersTo('hostile');
      const wrong = calls.hostile.flatMap((call) => {
        const fault = refusalFault(made.get(call.id), call);
        return fault === undefined ? [] : [`${call.id}: ${fault}`];
      });
      expect(wrong).toEqual([]);
      expect(applicable.length).toBeGreaterThan(100);
    });
  });
});
