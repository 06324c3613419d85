import { usageFailure } from '../../operator/failure.ts';
import { type EnginePurgeControl, purgeEngine } from '../../operator/purge/purge-engine.ts';
import { purgeScope } from '../../operator/purge/purge-scope.ts';
import { printPurge } from '../../operator/purge/purge-text.ts';
import { printScopeWarnings } from '../../operator/scopes/scope-text.ts';
import { engineVersion } from '../../shared/operations/engine.ts';
import { canAsk, confirm } from '../base/confirm.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printEnginePurge, printEngineTally, printPurgeQuestion } from '../print/purge.ts';
import { progressLines, writeProgress } from '../progress/lines.ts';

type Options = CommonOptions & {
  readonly engineBefore?: string;
  readonly all?: true;
  readonly dryRun?: true;
  readonly rate?: string;
  readonly yes?: true;
};

const defaultRate = 100;

const engineOptions = [
  ['--all', 'all'],
  ['--dry-run', 'dryRun'],
  ['--rate', 'rate'],
  ['--yes', 'yes'],
] as const;

function readNumber(flag: string, text: string, most: number): number {
  const read = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : 0;
  if (read < 1 || read > most)
    throw usageFailure(`${flag} is "${text}"; write a whole number from 1 to ${most}`);
  return read;
}

function checkOperands(tenant: string | undefined, scope: string | undefined, all: boolean): void {
  if (scope !== undefined)
    throw usageFailure(
      '--engine-before looks at all derivatives of a tenant; leave out the source or prefix',
    );
  if (all === (tenant !== undefined))
    throw usageFailure('--engine-before needs a tenant, or --all for every tenant');
}

/** Without a terminal, deleting needs --yes, which is said before anything is counted. */
function checkConfirmable({ dryRun, yes }: Options): void {
  if (!dryRun && !yes && !canAsk())
    throw usageFailure('derivatives would be deleted; add --yes to confirm, or --dry-run to count');
}

const controlOnTerminal = (json: boolean, yes: boolean, rate: number): EnginePurgeControl => ({
  ...(yes ? {} : { confirm: (found) => confirm(printPurgeQuestion(found, rate), false) }),
  startProgress: (tally) =>
    progressLines(
      (line) => writeProgress(line, json),
      Date.now,
      () => printEngineTally(tally),
    ),
  runInterruptibly: (work) =>
    runInterruptibly(work, () => writeProgress('stopping after the requests in progress', json)),
});

async function purgeOlder(
  engineBefore: string,
  [tenant, scope]: readonly (string | undefined)[],
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    checkOperands(tenant, scope, options.all ?? false);
    const before = readNumber('--engine-before', engineBefore, 999_999);
    const rate = readNumber('--rate', options.rate ?? String(defaultRate), 1_000);
    checkConfirmable(options);
    const request = { tenant, before, rate, dryRun: options.dryRun ?? false };
    const control = controlOnTerminal(options.json ?? false, options.yes ?? false, rate);
    const purged = await purgeEngine(open, request, control);
    return { text: printEnginePurge(purged), json: purged, exit: purged.complete ? 0 : 1 };
  });
}

async function purgeOne(
  tenant: string | undefined,
  scope: string | undefined,
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    const flag = engineOptions.find(([, name]) => options[name] !== undefined);
    if (flag !== undefined) throw usageFailure(`${flag[0]} is for --engine-before`);
    if (tenant === undefined || scope === undefined)
      throw usageFailure(
        "name a tenant, and a source or 'prefix/*', such as: npx signet purge acme 'albums/*'",
      );
    const purged = await purgeScope(open, tenant, scope, (named, checked) =>
      writeWarnings(printScopeWarnings(named, checked), options.json ?? false),
    );
    return { text: printPurge(purged), json: purged };
  });
}

export const purgeCommand = command(
  'purge [tenant] [scope]',
  "Delete every derivative of a source, of all sources below 'prefix/*', or of those that are stored with a watermark (_watermarks/ID.png), from the bucket and the caches. A URL stands for its source. Refuses a scope that covers nothing if a corrected spelling covers something. With --engine-before, delete what an older version of Signet has drawn differently: purge TENANT --engine-before NUMBER, or --all. It asks S3 about each derivative, up to 1,000 a second; a run that was stopped can be started again",
)
  .option(
    '--engine-before <number>',
    `delete the derivatives of engines with a lower number; this release draws with engine ${engineVersion}`,
  )
  .option('--all', 'the derivatives of all tenants')
  .option('--dry-run', 'only count')
  .option('--rate <number>', `the most deletions per second, 1 to 1000 (default: ${defaultRate})`)
  .option('--yes', 'do not ask for confirmation')
  .action((tenant: string | undefined, scope: string | undefined, options: Options) =>
    options.engineBefore === undefined
      ? purgeOne(tenant, scope, options)
      : purgeOlder(options.engineBefore, [tenant, scope], options),
  );
