/** Operations of OSS and BOS that Signet does not have, and what to do instead. */
export const unservedOperations: ReadonlyMap<string, string> = new Map([
  ['exif', 'write info; Signet never answers with EXIF, which can reveal places and people'],
  ['blindwatermark', 'leave it out, or draw a visible watermark with watermark,i_ID'],
  ['color-enhance', 'write bright, contrast and saturate with the values that you want'],
]);

/** Operations that are read and dropped, because they do not change an image, and how the answer differs. */
export const droppedOperations: ReadonlyMap<string, string> = new Map([
  [
    'ignore-error,1',
    'a source that cannot be drawn is never answered as it is; the policy can name another image as fallback',
  ],
]);
