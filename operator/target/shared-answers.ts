import type { KnownFields } from '../../shared/versions/publish-checks.ts';
import type { Installation } from './target.ts';

/** How long an answer about the deployment holds for further tenants, in milliseconds. */
const heldMs = 5_000;

/**
 * The same installation for a change of many tenants. It asks which fields the deployed functions know every few
 * seconds and not for each tenant, because CloudFormation limits how often it may be asked.
 */
export function withSharedAnswers(installation: Installation): Installation {
  const { clock, knownFields } = installation;
  if (knownFields === undefined) return installation;
  let held: { readonly at: number; readonly answer: ReturnType<KnownFields> } | undefined;
  const ask: KnownFields = () => {
    const now = clock();
    if (held === undefined || now - held.at > heldMs) held = { at: now, answer: knownFields() };
    const { answer } = held;
    answer.catch(() => {
      held = undefined;
    });
    return answer;
  };
  return { ...installation, knownFields: ask };
}
