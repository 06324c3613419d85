import { usageFailure } from '../../operator/failure.ts';
import { replayLogs } from '../../operator/replay/replay.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import type { TenantSelection } from '../../operator/tenants/selection.ts';
import { collectValues } from '../base/options.ts';
import { type AllOption, addAllOption, readSelection } from '../base/tenant-options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { outcomesExit, outcomesJson } from '../print/outcomes.ts';
import { printReplay, printReplays } from '../print/replay.ts';
import { logReadingOnStderr } from '../progress/log-reading.ts';

type Options = CommonOptions &
  AllOption & {
    readonly policy?: readonly string[];
    readonly tenant?: readonly string[];
    readonly against?: string;
    readonly failOnRefused?: true;
  };

/** The files of `--policy`, or else the live tenants. */
function readPolicies(options: Options): readonly string[] | TenantSelection {
  const { policy: files = [], tenant = [], against } = options;
  const tenants = readSelection(tenant, options);
  const isLive = tenants.all || tenant.length > 0;
  if (isLive === files.length > 0)
    throw usageFailure(
      'name the policies with --policy, or the tenants whose last change is replayed with --tenant or --all',
    );
  if (isLive && against !== undefined)
    throw usageFailure('--against compares with a file of --policy');
  return isLive ? tenants : files;
}

async function replay(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { target, against, failOnRefused: needsRequests = false } = options;
    const request = { logs, target, policies: readPolicies(options), against, needsRequests };
    const reading = logReadingOnStderr(options.json ?? false);
    const { outcomes, damaged } = await replayLogs(open, request, reading);
    const reports = resultsOf(outcomes);
    const failed = needsRequests && reports.some(({ newlyRefused }) => newlyRefused > 0);
    const exit = failed || damaged.length > 0 ? 1 : outcomesExit(outcomes);
    const [only] = reports;
    return only !== undefined && outcomes.length === 1
      ? { text: printReplay(only), json: { ...only, damaged }, exit }
      : {
          text: printReplays(outcomes),
          json: { tenants: outcomesJson(outcomes), damaged },
          exit,
        };
  });
}

export const replayCommand = addAllOption(
  command(
    'replay [logs...]',
    "Show what policies would change for requests in CloudFront access logs, or with --tenant or --all what the last version of live policies has changed. The logs are that of the local stack, or files and folders, plain or gzipped, standard or JSON; - is stdin. Signatures and expiry are not checked again. Logs do not contain the Accept header, so format,f_auto counts once for each format it can become, and key counts are 'at most'",
  ),
)
  .option(
    '--policy <file>',
    'the policy that would be published, or a folder of them; may be repeated',
    collectValues,
  )
  .option(
    '--tenant <name>',
    'compare the live policy of this tenant with the version before it; may be repeated',
    collectValues,
  )
  .option('--against <file>', 'compare with this policy instead of the live one; for one policy')
  .option('--fail-on-refused', 'exit with 1 if any request is newly refused')
  .action(replay);
