import { usualSecretsPrefix } from '../keys/store.ts';

/** The names of the two edge functions of a stack. */
export const edgeFunctionNames = (stack: string) =>
  ({
    viewerRequest: `${stack}-viewer-request`,
    originResponse: `${stack}-origin-response`,
  }) as const;

/**
 * The namespace of an installation's metrics in CloudWatch. Installations of one account have one each, or an alarm
 * of one would count the requests of the other.
 */
export const metricsNamespace = (secretsPrefix: string): string =>
  secretsPrefix === usualSecretsPrefix ? 'Signet' : `Signet/${secretsPrefix}`;

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
