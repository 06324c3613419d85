import { describeForeign } from '../inspect/foreign/foreign-source.ts';
import { limits } from '../limits.ts';
import { type SourceType, sniff } from '../operations/image-type.ts';
import type { Point } from '../operations/operation.ts';
import type { Policy } from '../policy/policy.ts';
import type { ChosenSource } from '../policy/source-place.ts';
import type { GetOptions, ObjectReader } from '../ports.ts';
import { sourceRefusal } from '../refusal.ts';
import { type SourcePath, sourceKey, watermarkKey } from '../url/path.ts';
import { readElsewhere, type SourceReaders } from './source-buckets.ts';

/** A complete source whose first bytes are those of a type that the policy accepts. */
export type Source = {
  readonly bytes: Uint8Array;
  readonly type: SourceType;
  readonly etag: string;
  /** The focal point that is stored with it, in per cent. */
  readonly focus: Point | undefined;
};

/** Throws `source_unsupported` for a type that the deployment has disabled, perhaps because its decoder has a hole. */
export function checkEnabled(disabled: readonly SourceType[], type: SourceType): void {
  if (disabled.includes(type))
    throw sourceRefusal('source_unsupported', `the deployment has disabled ${type} sources`);
}

const focusForm = /^(100|[1-9]?[0-9]),(100|[1-9]?[0-9])$/;

/** Parses a focal point as `x-amz-meta-focus` has it: two whole percentages, such as `30,70`. */
export function parseFocus(text: string): Point | undefined {
  const [, x, y] = focusForm.exec(text) ?? [];
  return x === undefined || y === undefined ? undefined : { x: Number(x), y: Number(y) };
}

/**
 * Reads a watermark of the tenant. The id has no slash and goes between a fixed prefix and a fixed
 * ending, so it cannot name another object. Throws `source_…` refusals.
 */
export async function readWatermark(
  sources: ObjectReader,
  tenant: string,
  id: string,
): Promise<Uint8Array> {
  const maxBytes = limits.watermarkBytes;
  const read = await sources.get(watermarkKey(tenant, id), { maxBytes });
  if (read === 'too-large')
    throw sourceRefusal('source_too_large', `watermark ${id} has more than ${maxBytes} bytes`);
  if (typeof read === 'string')
    throw sourceRefusal('source_missing', `there is no watermark ${id}`);
  if (sniff(read.body) !== 'png') {
    const reason = describeForeign(`watermark ${id}`, read.body, `${id}.png`, 'a PNG');
    throw sourceRefusal('source_unsupported', reason);
  }
  return read.body;
}

/** The key of a source in Signet's own bucket. */
export const ownSourceKey = (
  { tenant, path }: Pick<SourcePath, 'tenant' | 'path'>,
  { prefix = '' }: ChosenSource,
): string => sourceKey({ tenant, path: `${prefix}${path}` });

/**
 * Reads an object from the place that a policy chooses. Throws `unavailable`, with what an operator has to do, if the
 * bucket cannot be read, and `source_missing` for a denied object of an entry that cannot be listed.
 */
export const readFromPlace = (
  sources: SourceReaders,
  target: Pick<SourcePath, 'tenant' | 'path'>,
  source: ChosenSource,
  options: GetOptions,
): ReturnType<ObjectReader['get']> =>
  source.from === undefined
    ? sources.own.get(ownSourceKey(target, source), options)
    : readElsewhere(sources, target, source, options);

/**
 * Reads a source from the place that the policy chooses, within its limits. Throws `source_…` refusals, and
 * `unavailable` if that place cannot be read.
 */
export async function readSource(
  sources: SourceReaders,
  target: Pick<SourcePath, 'tenant' | 'path'>,
  source: Policy['source'],
): Promise<Source> {
  const { types, maxBytes } = source;
  const read = await readFromPlace(sources, target, source, { maxBytes });
  if (read === 'too-large')
    throw sourceRefusal('source_too_large', `the source has more than ${maxBytes} bytes`);
  if (typeof read === 'string') throw sourceRefusal('source_missing', 'there is no such source');
  const type = sniff(read.body);
  if (type === undefined)
    throw sourceRefusal(
      'source_unsupported',
      describeForeign('the source', read.body, target.path),
    );
  if (!types.includes(type))
    throw sourceRefusal('source_unsupported', `the policy does not allow ${type} sources`);
  return {
    bytes: read.body,
    type,
    etag: read.etag,
    focus: parseFocus(read.metadata['focus'] ?? ''),
  };
}
