/** Collects the values of an option that may be repeated, for commander. */
export const collectValues = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
];
