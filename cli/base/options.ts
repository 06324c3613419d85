/** What an option has said each time it was given, for commander to gather. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
];
