/** An error that the user can correct. The message is printed without a stack trace. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}
