/** An operation in the suffix, as written, with its parameters in any order. */
function readOperation(written: string | undefined) {
  const [name = '', ...pairs] = (written ?? '').split(',');
  return { name, pairs: new Set(pairs), count: pairs.length };
}

type Written = ReturnType<typeof readOperation>;

const hasAll = ({ pairs }: Written, wanted: readonly string[]): boolean =>
  wanted.every((pair) => pairs.has(pair));

/** The sides of a `resize,m_mfit` that names both. */
const sidesOf = ({ pairs }: Written): readonly string[] =>
  [...pairs].filter((pair) => /^[wh]_[0-9]+$/.test(pair)).toSorted();

/** Whether the two operations cover a box and then cut exactly that box out of the middle. */
function coversAndCuts(resize: Written, crop: Written): boolean {
  if (resize.name !== 'resize' || crop.name !== 'crop') return false;
  const sides = sidesOf(resize);
  return (
    hasAll(resize, ['m_mfit']) &&
    sides.length === 2 &&
    crop.count === 3 &&
    hasAll(crop, ['g_center', ...sides])
  );
}

/**
 * Replaces `resize,m_mfit` and a crop of the same box from its middle by `resize,m_fill`, which OSS
 * documents as these two steps: https://www.alibabacloud.com/help/en/oss/user-guide/resize-images-4
 */
export function joinFill(operations: readonly string[]): readonly string[] {
  const at = operations.findIndex((one, index) =>
    coversAndCuts(readOperation(one), readOperation(operations[index + 1])),
  );
  const resize = operations[at];
  if (resize === undefined) return operations;
  const joined = resize.split(',').map((pair) => (pair === 'm_mfit' ? 'm_fill' : pair));
  return operations.toSpliced(at, 2, joined.join(','));
}
