import type { PolicyDocumentText } from '../../operator/policy-change.ts';
import { readPolicySet } from '../../operator/policy-files/policy-set.ts';
import type { Installation } from '../../operator/target/target.ts';
import { type PolicyChange, policyDiff } from '../../shared/policy/diff/policy-diff.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { checkRetiredKids } from '../../shared/versions/publishing.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printChange } from '../print/change.ts';

type Difference = {
  readonly tenant: string;
  readonly changes: readonly PolicyChange[];
  /** Whether there is no such tenant yet. */
  readonly new: boolean;
};

async function difference(target: Installation, document: PolicyDocumentText): Promise<Difference> {
  const wanted = validPolicy(document);
  const { tenant } = wanted;
  const published = await publishedPolicy(target, tenant);
  if (wanted.keys !== undefined) checkRetiredKids(wanted.keys, published?.retired ?? []);
  // Publishing lifts no takedown that the file does not speak of.
  const { blocked } = document['blocked'] === undefined ? (published?.document ?? wanted) : wanted;
  const changes = policyDiff(published?.document, { ...wanted, blocked });
  return { tenant, changes, new: published === undefined };
}

/** One tenant's block. */
function printed({ tenant, changes, new: isNew }: Difference): string {
  if (changes.length === 0 && !isNew) return `${tenant}: no difference`;
  const lines = changes.map(printChange);
  return [isNew ? `${tenant}: a new tenant` : `${tenant}:`, ...lines].join('\n');
}

async function diff(
  paths: readonly string[],
  options: CommonOptions & { readonly exitCode?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    const wanted = (await readPolicySet(paths)).map(({ document }) => document);
    const target = await open();
    const all = await Promise.all(wanted.map((one) => difference(target, one)));
    const differs = all.some(({ changes, new: isNew }) => isNew || changes.length > 0);
    return {
      text: all.map(printed).join('\n'),
      json: all,
      exit: options.exitCode && differs ? 1 : 0,
    };
  });
}

export const diffCommand = command(
  'diff <paths...>',
  'Say what publishing files or folders would change: + widens, - narrows, ~ neither',
)
  .option('--exit-code', 'exit with 1 when something would change')
  .action(diff);
