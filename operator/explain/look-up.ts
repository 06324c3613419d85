import { findShownWatermark } from '../../shared/objects/purge.ts';
import type { SourceReaders } from '../../shared/objects/source-buckets.ts';
import { checkEnabled, readSource } from '../../shared/objects/sources.ts';
import type { SourceType } from '../../shared/operations/image-type.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import type { DerivativeKey } from '../../shared/recipe/storage-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { SourcePath } from '../../shared/url/path.ts';
import type { Installation } from '../target/target.ts';
import type { ExplanationRecord } from './explanation.ts';
import { nameHint } from './name-mistakes.ts';

/**
 * Reads the source with the limits of the policy, as in a render. Only a render shows whether it can be decoded. The
 * bucket of an entry may allow the render role and not the operator.
 */
async function lookUpSource(
  record: ExplanationRecord,
  readers: SourceReaders,
  url: SourcePath,
  { source }: Policy,
  checkDrawable: (type: SourceType) => void,
): Promise<void> {
  const { from } = source;
  const place = from === undefined ? {} : { from };
  try {
    const { type, bytes } = await readSource(readers, url, source);
    checkDrawable(type);
    record.pass('source', { ...place, type, bytes: bytes.length });
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const isFound = thrown.code !== 'unavailable';
    if (from !== undefined && thrown.cause !== undefined)
      record.pass('source', { ...place, notRead: `with your credentials: ${thrown.message}` });
    else record.refuse('source', thrown, isFound ? await nameHint(readers, url, source) : {});
  }
}

/** Throws `source_unsupported` if the source or the watermark has a type that the deployment has disabled. */
const drawableTest =
  (disabled: readonly SourceType[], { key }: DerivativeKey) =>
  (type: SourceType): void => {
    checkEnabled(disabled, type);
    if (findShownWatermark(key) !== undefined) checkEnabled(disabled, 'png');
  };

/** Looks for the derivative and, if it is missing, for the source. */
export async function lookUp(
  record: ExplanationRecord,
  { derivatives, disabledFormats, sourceReaders }: Installation,
  url: SourcePath,
  policy: Policy,
  named: DerivativeKey,
): Promise<boolean> {
  const stored = (await derivatives.get(named.key, { maxBytes: 0 })) !== 'missing';
  record.pass('store', { stored });
  if (stored) return true;
  const test = drawableTest(await disabledFormats(), named);
  await lookUpSource(record, await sourceReaders(), url, policy, test);
  return false;
}
