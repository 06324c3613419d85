/** A function: its bundle and its limits. */
export type EdgeFunction = {
  /** A bundled ESM file that exports `async handler(event, context)`. */
  readonly file: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly workers: number;
};

export type LogSource = 'viewer-request' | 'origin-response' | 'cloudfront';

export type FunctionLog = (source: LogSource, line: string) => void;

/**
 * The environment that Lambda gives a function. The Region is deliberately not us-east-1: replicas run
 * anywhere, so an SDK client without a fixed Region must fail here, too.
 */
export function functionEnvironment(fn: EdgeFunction, name: string): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: `us-east-1.${name}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    // An SDK client without credentials must fail at once and not search for instance metadata.
    AWS_EC2_METADATA_DISABLED: 'true',
    // Deployed functions run on nodejs24.x, so warnings about older versions do not apply.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TZ: ':UTC',
  };
}
