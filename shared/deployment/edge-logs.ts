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

/**
 * Of allowed views, 1 in this many has a line in the log, unless a deployment sets another number. CloudWatch takes
 * 0.50 USD for a GB of lines, so a line for each view would cost more than half of its invocation. One in ten costs
 * a twentieth of it.
 */
export const usualLogOneIn = 10;
