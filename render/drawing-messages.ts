import * as v from 'valibot';
import { limits } from '../shared/limits.ts';
import type { Source } from '../shared/objects/sources.ts';
import { imageTypes, sourceTypes } from '../shared/operations/image-type.ts';
import type { Policy } from '../shared/policy/policy.ts';
import type { Recipe } from '../shared/recipe/canonical.ts';
import type { FrameBounds } from './frames.ts';
import type { Rendered } from './render.ts';

/* What the parent and the drawing process say to each other, as the heads of frames. */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The head of a request. The body has the bytes of the source, then those of the watermark. */
export const drawingRequest = v.strictObject({
  type: v.picklist(sourceTypes),
  focus: v.nullable(v.strictObject({ x: count, y: count })),
  /** The recipe in canonical text. The drawing process parses it with the grammar of keys. */
  recipe: v.string(),
  caps: v.strictObject({ maxPixels: count, maxFrames: count }),
  sourceBytes: count,
  /** Whether the rest of the body is a watermark. */
  marked: v.boolean(),
  budgetMilliseconds: v.number(),
});

export type DrawingRequest = v.InferOutput<typeof drawingRequest>;

/** One picture to draw. */
export type DrawingJob = {
  readonly source: Source;
  readonly recipe: Recipe;
  readonly caps: Pick<Policy['source'], 'maxPixels' | 'maxFrames'>;
  readonly mark: Uint8Array | undefined;
};

const side = v.pipe(count, v.minValue(1), v.maxValue(limits.scaledSide));
const version = v.pipe(v.string(), v.regex(/^\d[\w.+-]{0,31}$/));
const answerTypes = [...(Object.keys(imageTypes) as (keyof typeof imageTypes)[]), 'json'] as const;

/** The refusals that drawing can end with. */
export const refusedCode = v.picklist([
  ...(['source_too_large', 'source_undecodable', 'source_unsupported'] as const),
  ...(['malformed', 'internal'] as const),
]);

/**
 * The head of a message of the drawing process. That process reads hostile bytes, so nothing else is
 * accepted: no other field, no other refusal, no long text.
 */
export const drawingMessage = v.variant('kind', [
  // Sent before the first byte is decoded: a process that dies earlier was not harmed by this source.
  v.strictObject({ kind: v.literal('begun') }),
  v.strictObject({
    kind: v.literal('drawn'),
    type: v.picklist(answerTypes),
    width: side,
    height: side,
    frames: v.pipe(count, v.minValue(1), v.maxValue(limits.sourceFrames)),
    engine: v.strictObject({ sharp: version, vips: version }),
  }),
  v.strictObject({
    kind: v.literal('refused'),
    code: refusedCode,
    reason: v.pipe(v.string(), v.maxLength(limits.drawingReasonCharacters)),
    aboutSource: v.boolean(),
  }),
]);

export type DrawingMessage = v.InferOutput<typeof drawingMessage>;

/** A rendered answer and the versions of what drew it. */
export type Drawing = Rendered & Pick<DrawingMessage & { kind: 'drawn' }, 'engine'>;

export const requestBounds: FrameBounds = {
  headBytes: limits.drawingHeadBytes,
  bodyBytes: limits.sourceBytes + limits.watermarkBytes,
};

export const messageBounds: FrameBounds = {
  headBytes: limits.drawingHeadBytes,
  bodyBytes: limits.drawnBytes,
};
