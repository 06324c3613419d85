/** A size and a score of one picture. */
export type SizedScore = { readonly bytes: number; readonly score: number };

/**
 * The bytes at which a picture has a score, between two points of its curve; undefined outside of it. Bytes grow by
 * about the same factor for each point of score, so their logarithms are interpolated.
 */
export function bytesAtScore(curve: readonly SizedScore[], score: number): number | undefined {
  const sorted = curve.toSorted((one, other) => one.score - other.score);
  const above = sorted.findIndex((point) => point.score >= score);
  const [low, high] = [sorted[above - 1], sorted[above]];
  if (low === undefined || high === undefined) return undefined;
  const share = (score - low.score) / (high.score - low.score);
  return Math.exp(Math.log(low.bytes) + share * (Math.log(high.bytes) - Math.log(low.bytes)));
}
