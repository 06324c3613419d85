import { cacheTags } from '../../../shared/objects/derivatives.ts';
import { type AnswerType, contentTypeOf } from '../../../shared/operations/image-type.ts';
import type { Size } from '../../../shared/operations/operation.ts';
import type { Crypto, PeekedObject } from '../../../shared/ports.ts';
import { findAnswer, type Recipe, valuesOf } from '../../../shared/recipe/canonical.ts';
import { type Derivative, parseKey } from '../../../shared/recipe/storage-key.ts';
import { reasonOf } from '../../../shared/refusal.ts';
import { encodePath } from '../../../shared/url/path.ts';
import { readImageHeader } from './image-header.ts';

/* Whether a stored derivative is what its key says, as far as that follows from the key and the first bytes. */

/** The types that a recipe can answer with. Animated AVIF is answered as WebP. */
function typesOf(recipe: Recipe): readonly AnswerType[] {
  if (findAnswer(recipe) !== undefined) return ['json'];
  const { format } = recipe;
  if (format === 'avif') return ['avif', 'webp'];
  return format === 'src' || format === 'auto' ? ['jpg', 'png', 'webp', 'gif'] : [format];
}

/** The size that a recipe fixes, or the largest that it allows. */
type SizeRule = { readonly width: number; readonly height: number; readonly isExact: boolean };

/** Undefined where the size depends on the source. No operation after `resize` changes it, but `circle`. */
function sizeRuleOf(recipe: Recipe): SizeRule | undefined {
  const circle = valuesOf(recipe, 'circle');
  if (circle?.r !== undefined) {
    const side = 2 * circle.r + 1;
    return { width: side, height: side, isExact: false };
  }
  const resize = valuesOf(recipe, 'resize');
  if (resize === undefined || resize.p !== undefined || resize.s !== undefined) return undefined;
  const { h, l, limit, m, w } = resize;
  if (m === 'mfit') return undefined;
  const isExact = m === 'pad' || (m !== 'lfit' && limit === 0);
  const most = Number.POSITIVE_INFINITY;
  return { width: w ?? l ?? most, height: h ?? l ?? most, isExact };
}

function sizeFault(recipe: Recipe, { width, height }: Size): string | undefined {
  const rule = sizeRuleOf(recipe);
  if (rule === undefined) return undefined;
  const fits = rule.isExact
    ? width === rule.width && height === rule.height
    : width <= rule.width && height <= rule.height;
  return fits ? undefined : `it is ${width}×${height} pixels`;
}

function bytesFault(
  { recipe }: Derivative,
  { head, size, contentType }: PeekedObject,
): string | undefined {
  if (size === 0) return 'it is empty';
  const types = typesOf(recipe);
  const header = readImageHeader(head);
  const isJson = header === undefined && head[0] === '{'.charCodeAt(0);
  const type = isJson ? 'json' : header?.type;
  if (type === undefined || !types.includes(type))
    return `its bytes are ${type ?? 'of no type that Signet makes'}, not ${types.join(' or ')}`;
  if (contentType !== contentTypeOf(type)) return `its content type is ${contentType || 'missing'}`;
  return header?.size === undefined ? undefined : sizeFault(recipe, header.size);
}

/** Derivatives of early releases have less metadata. */
function metadataFault(
  crypto: Crypto,
  derivative: Derivative,
  { metadata }: PeekedObject,
): string | undefined {
  const { recipe = derivative.recipe.text, 'cache-tag': tags } = metadata;
  if (recipe !== derivative.recipe.text) return 'its metadata names another recipe';
  return tags === undefined || tags === cacheTags(crypto, derivative)
    ? undefined
    : 'its cache tags are those of another source';
}

/** Reads the key of a derivative. Returns a sentence for one that Signet does not write. */
export function readDerivativeKey(key: string): Derivative | string {
  try {
    return parseKey(`/${encodePath(key)}`);
  } catch (thrown) {
    return `no request leads to its key: ${reasonOf(thrown)}`;
  }
}

/** Finds why an object is not the derivative of its key. */
export function findDerivativeFault(
  crypto: Crypto,
  derivative: Derivative,
  peeked: PeekedObject,
): string | undefined {
  return bytesFault(derivative, peeked) ?? metadataFault(crypto, derivative, peeked);
}
