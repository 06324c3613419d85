import type { SourceType } from '../../shared/operations/image-type.ts';
import type { Policy } from '../../shared/policy/policy.ts';

/** A stored source, as far as it decides whether it is accepted. */
export type UploadedSource = { readonly type: SourceType; readonly bytes: number };

/** What the deployment and the policy refuse. */
export type AcceptedSources = {
  readonly disabled: readonly SourceType[];
  readonly source: Policy['source'];
};

/**
 * Says why a source that was uploaded is not drawn now. It is no reason to refuse the upload, because another
 * deployment or policy may accept the source. Undefined if it is drawn.
 */
export function findSourceWarning(
  { disabled, source }: AcceptedSources,
  { type, bytes }: UploadedSource,
): string | undefined {
  if (disabled.includes(type))
    return `the deployment has disabled ${type} sources, so no image is made of it until a deployment without that`;
  if (!source.types.includes(type))
    return `the policy does not allow ${type} sources, so no image is made of it; publish source.types with ${type}, or upload another type`;
  if (bytes > source.maxBytes)
    return `the policy allows at most ${source.maxBytes} bytes, so no image is made of it; publish a higher source.maxBytes, or upload a smaller file`;
  return undefined;
}
