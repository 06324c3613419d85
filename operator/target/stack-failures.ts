/** The stack does not exist, or is not a Signet stack. The message says what to do. */
export class StackUnknown extends Error {
  override readonly name = 'StackUnknown';
}
