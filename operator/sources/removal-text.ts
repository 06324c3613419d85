import { secondPurgeSeconds } from '../../shared/objects/purge.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printCount } from '../quantity.ts';
import { printCoverage } from '../scopes/scope-text.ts';
import type { PlannedRemoval, RemovedSources } from './remove-sources.ts';

function printRestore(isRestorable: boolean | undefined): string {
  if (isRestorable === undefined) return '';
  return isRestorable
    ? ' The bucket keeps earlier versions, so they can be restored with the tools of S3 until those expire.'
    : ' They cannot be restored.';
}

const printPlan = (plan: PlannedRemoval): string =>
  `${plan.scope}: ${printCoverage(plan)}${plan.isFallback ? ' It includes the fallback of the policy.' : ''}`;

/** What a person is asked before sources are deleted. */
export const printRemovalQuestion = (
  plans: readonly PlannedRemoval[],
  isRestorable: boolean | undefined,
): string =>
  [
    ...plans.map(printPlan).map(escapeForTerminal),
    `The sources and their derivatives will be deleted.${printRestore(isRestorable)}`,
  ].join('\n');

/** What was deleted. */
export function printRemoved(done: readonly RemovedSources[]): string {
  const lines = done.map(
    (one) =>
      `Deleted ${printCount(one.removed, 'source')} of ${one.scope}, and purged the derivatives. ${printCoverage(one, 'covered')}`,
  );
  const second = `A second purge in ${secondPurgeSeconds} s removes renders that were in progress.`;
  return [...lines, second].join('\n');
}
