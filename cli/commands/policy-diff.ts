import { type Change, policyDiff } from '../../shared/policy-diff.ts';
import type { PolicyDocument } from '../../shared/policy-schema.ts';
import { publishedPolicy, validPolicy } from '../../shared/stores/tenants.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { readPolicySet } from '../policy-set.ts';
import type { Target } from '../target.ts';

type Difference = {
  readonly tenant: string;
  readonly changes: readonly Change[];
  /** Whether there is no such tenant yet. */
  readonly new: boolean;
};

async function difference(target: Target, wanted: PolicyDocument): Promise<Difference> {
  const { tenant } = wanted;
  const published = await publishedPolicy(target, tenant);
  const changes = policyDiff(published?.document, wanted);
  return { tenant, changes, new: published === undefined };
}

const marks = { widens: '+', narrows: '-', changes: '~' } as const;

/** One tenant's block: what widens is marked +, what narrows -, anything else ~. */
function printed({ tenant, changes, new: isNew }: Difference): string {
  if (changes.length === 0 && !isNew) return `${tenant}: no difference`;
  const lines = changes.map(({ kind, text }) => `  ${marks[kind]} ${text}`);
  return [isNew ? `${tenant}: a new tenant` : `${tenant}:`, ...lines].join('\n');
}

async function diff(
  paths: readonly string[],
  options: CommonOptions & { readonly exitCode?: true },
): Promise<void> {
  await run(options, async (open) => {
    const wanted = (await readPolicySet(paths)).map(({ document }) => validPolicy(document));
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
