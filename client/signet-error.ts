/** A URL that the edge would refuse, with the edge's own code: nothing was minted. */
export class SignetError extends Error {
  override readonly name = 'SignetError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
