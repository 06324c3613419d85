import { readSource } from '../../shared/objects/sources.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import type { DerivativeKey } from '../../shared/recipe/storage-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { SourcePath } from '../../shared/url/path.ts';
import type { Installation } from '../target/target.ts';
import type { ExplanationRecord } from './explanation.ts';
import { nameHint } from './name-mistakes.ts';

/**
 * Looks for the derivative and, if it is missing, for the source. The source is read with the limits of the
 * policy, as in a render. Only a render shows whether it can be decoded.
 */
export async function lookUp(
  record: ExplanationRecord,
  { derivatives, sources }: Installation,
  url: SourcePath,
  policy: Policy,
  { key }: DerivativeKey,
): Promise<boolean> {
  const stored = (await derivatives.get(key, { maxBytes: 0 })) !== 'missing';
  record.pass('store', { stored });
  if (stored) return true;
  try {
    const { type, bytes } = await readSource(sources, url, policy.source);
    record.pass('source', { type, bytes: bytes.length });
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    record.refuse('source', thrown, await nameHint(sources, url));
  }
  return false;
}
