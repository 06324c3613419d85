import * as v from 'valibot';
import { element, parseXml, textElement, unescapeXml } from '../../s3/wire/xml.ts';
import { ControlPlaneError, cloudFrontNamespace } from './control-plane-error.ts';

/** CloudFront's quotas for one batch: all items, and paths that end in a star. */
const maxItems = 3_000;
const maxWildcards = 15;

/** The items that a caller wants to invalidate. */
export type InvalidationBatch = {
  readonly callerReference: string;
  readonly items: readonly string[];
};

/** A completed batch. */
export type Invalidation = InvalidationBatch & { readonly id: string; readonly createdAt: string };

const batchSchema = v.object({
  InvalidationBatch: v.looseObject({
    CallerReference: v.pipe(v.string(), v.minLength(1)),
    Paths: v.looseObject({
      Quantity: v.string(),
      Items: v.looseObject({ Path: v.union([v.string(), v.array(v.string())]) }),
    }),
  }),
});

// A tag was set in an HTTP header, so it consists of the characters of a header value.
const tagItem = /^#[\x21-\x2b\x2d-\x7e]{1,256}$/;
const pathItem = /^\/?[\x21-\x29\x2b-\x7d]*\*?$/;

function checkItem(item: string): void {
  if (tagItem.test(item)) return;
  // CloudFront rejects a star that is not the last character, and every tilde.
  if (item.startsWith('#') || item === '' || !pathItem.test(item)) {
    throw new ControlPlaneError(
      'InvalidArgument',
      `Your request contains an invalid path: ${item}`,
    );
  }
}

function parseBatch(text: string): unknown {
  try {
    return parseXml(text);
  } catch {
    throw new ControlPlaneError('MalformedXML');
  }
}

/** Reads the document of CreateInvalidation and checks it by CloudFront's rules. */
export function readBatch(text: string): InvalidationBatch {
  const read = v.safeParse(batchSchema, parseBatch(text));
  if (!read.success) throw new ControlPlaneError('MalformedXML');
  const { CallerReference: callerReference, Paths: paths } = read.output.InvalidationBatch;
  const items = [paths.Items.Path].flat().map(unescapeXml);
  if (Number(paths.Quantity) !== items.length) {
    throw new ControlPlaneError('InconsistentQuantities');
  }
  for (const item of items) checkItem(item);
  const wildcards = items.filter((item) => item.endsWith('*') && !item.startsWith('#'));
  if (items.length > maxItems || wildcards.length > maxWildcards) {
    throw new ControlPlaneError('BatchTooLarge');
  }
  return { callerReference: unescapeXml(callerReference), items };
}

/** CloudFront's document for an invalidation. Local invalidations complete at once. */
export function invalidationDocument(invalidation: Invalidation): string {
  const { callerReference, createdAt, id, items } = invalidation;
  const paths = element(
    'Paths',
    textElement('Quantity', items.length),
    element('Items', ...items.map((item) => textElement('Path', item))),
  );
  const inner = [
    textElement('Id', id),
    textElement('Status', 'Completed'),
    textElement('CreateTime', createdAt),
    element('InvalidationBatch', paths, textElement('CallerReference', callerReference)),
  ].join('');
  return `<?xml version="1.0"?>\n<Invalidation xmlns="${cloudFrontNamespace}">${inner}</Invalidation>`;
}
