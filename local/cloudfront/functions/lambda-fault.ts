/** How CloudFront reports a failed function, and the status that it answers. */
const faultStatus = {
  LambdaValidationError: 502,
  LambdaExecutionError: 503,
  LambdaLimitExceeded: 503,
} as const;

export type LambdaFaultKind = keyof typeof faultStatus;

/** A function failed, or CloudFront would reject its result. */
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

/** The fault for a result that CloudFront rejects. The reason is logged and never sent to viewers. */
export function invalidResult(reason: string): LambdaFault {
  return new LambdaFault('LambdaValidationError', reason);
}
