/** The three ways in which CloudFront reports that a function failed, with the status it answers. */
const faultStatus = {
  LambdaValidationError: 502,
  LambdaExecutionError: 503,
  LambdaLimitExceeded: 503,
} as const;

export type LambdaFaultKind = keyof typeof faultStatus;

/** A function failed or answered something that CloudFront would not pass on. */
export class LambdaFault extends Error {
  override readonly name = 'LambdaFault';
  readonly kind: LambdaFaultKind;
  readonly status: number;

  constructor(kind: LambdaFaultKind, reason: string) {
    super(reason);
    this.kind = kind;
    this.status = faultStatus[kind];
  }
}

/** The fault of a result that CloudFront refuses; the reason goes to the log, never to a viewer. */
export function invalidResult(reason: string): LambdaFault {
  return new LambdaFault('LambdaValidationError', reason);
}
