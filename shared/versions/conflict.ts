import type { PolicyChange } from '../policy/diff/policy-diff.ts';

/** Someone else published first. Nothing was written. */
export class PublishConflict extends Error {
  override readonly name = 'PublishConflict';
  /** What the other publisher changed, if known. */
  readonly change: readonly PolicyChange[];
  constructor(message: string, change: readonly PolicyChange[] = []) {
    super(message);
    this.change = change;
  }
}
