/** A request that the edge would reject. Nothing was minted. */
export class SignetError extends Error {
  /** Written out, because a bundler shortens the name of the class and Node prints it. */
  static override readonly name = 'SignetError';
  /** The code of the refusal, such as `malformed` or `denied_value`. */
  declare readonly code: string;
  /** The rule of the policy that denied the request, and what the rule allows. */
  declare readonly detail: { readonly rule?: string; readonly allowed?: unknown } | undefined;

  constructor(code: string, message: string, detail?: SignetError['detail']) {
    // A message can contain user input and is logged, so control characters are removed.
    super(message.replace(/\p{Cc}/gu, ' '));
    this.code = code;
    this.detail = detail;
  }

  /** Inherited, because `super` already writes the name into the stack. */
  override get name(): 'SignetError' {
    return 'SignetError';
  }
}
