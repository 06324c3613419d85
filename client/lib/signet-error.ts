/** What the edge would refuse, with the edge's own code and words: nothing was minted. */
export class SignetError extends Error {
  override readonly name = 'SignetError';
  declare readonly code: string;
  /** The rule of the policy that decided, and what it would have allowed. */
  declare readonly detail: { readonly rule?: string; readonly allowed?: unknown } | undefined;

  constructor(code: string, message: string, detail?: SignetError['detail']) {
    // What was asked for may stand in it, and it ends in a log: one line of printable text.
    super(message.replace(/\p{Cc}/gu, ' '));
    this.code = code;
    this.detail = detail;
  }
}
