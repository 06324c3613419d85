/** The names of the two edge functions of a stack. */
export const edgeFunctionNames = (stack: string) =>
  ({
    viewerRequest: `${stack}-viewer-request`,
    originResponse: `${stack}-origin-response`,
  }) as const;

/** The log group of an edge function. A fixed name makes it the same in every Region. */
export const logGroupOf = (functionName: string): string => `/signet/${functionName}`;

/** The log groups of the edge functions of a stack, in each Region where they have run. */
export const edgeLogGroups = (stack: string): readonly string[] =>
  Object.values(edgeFunctionNames(stack)).map(logGroupOf);
