import type { Takedown } from '../../operator/policies/block.ts';
import type { BlockCheck } from '../../operator/policies/verify-block.ts';
import { printCoverage } from '../../operator/scopes/scope-text.ts';

/** What was seen of a block, and what to do if it was not seen to work. */
function printCheck(check: BlockCheck, tenant: string): string {
  switch (check.state) {
    case 'refused':
      return `Verified: the stored derivative ${check.key} is refused with denied_blocked.`;
    case 'answered':
      return `NOT REFUSED: ${check.waited} s after the block, the stored derivative ${check.key} is still answered with ${check.status}${check.code === null ? '' : ` ${check.code}`}. The block is published; find out why it is not in force with: npx signet doctor, and policy history ${tenant}`;
    case 'unreachable':
      return `NOT VERIFIED: ${check.address} does not answer. The block is published; view a URL of ${check.key} from elsewhere to see that it is refused.`;
    case 'nothing_stored':
      return 'No derivative of it is stored, so there was nothing to verify.';
    case 'nothing_new':
      return 'Each stored derivative of it was blocked before, or has no URL, so there was nothing to verify.';
    case 'not_looked_through':
      return 'It was not verified that a stored derivative is refused: too many are stored to look through all, and among the first was none that only this block refuses.';
    case 'not_verified':
      return 'It was not verified that a stored derivative is refused.';
  }
}

/** Whether the block works, as far as it was asked. */
export const isInForce = ({ state }: BlockCheck): boolean =>
  state !== 'answered' && state !== 'unreachable';

/** A block that was published, what it covers, and whether it was seen to work. */
export const printTakedown = (done: Takedown): string =>
  [
    `Blocked ${done.scope} of ${done.tenant} with version ${done.version}. It is refused within a minute, cached or not.`,
    printCoverage(done),
    printCheck(done.check, done.tenant),
  ].join('\n');

/** What is said while a person waits. */
export const printWaiting = (key: string, limitMs: number): string =>
  `the block is published; viewing ${key} until it is refused, for at most ${limitMs / 1_000} s`;
