import { replayLogs } from '../../operator/replay/replay.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printReplay } from '../print/replay.ts';
import { logReadingOnStderr } from '../progress/log-reading.ts';

type Options = CommonOptions & {
  readonly policy: string;
  readonly against?: string;
  readonly failOnRefused?: true;
};

async function replay(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { policy, against, failOnRefused: needsRequests = false } = options;
    const { target } = options;
    const request = { logs, target, policy, against, needsRequests };
    const reading = logReadingOnStderr(options.json ?? false);
    const { report, damaged } = await replayLogs(open, request, reading);
    const failed = needsRequests && report.newlyRefused > 0;
    return {
      text: printReplay(report),
      json: { ...report, damaged },
      exit: failed || damaged.length > 0 ? 1 : 0,
    };
  });
}

export const replayCommand = command(
  'replay [logs...]',
  "Show what a policy would change for requests in CloudFront access logs: that of the local stack, or files and folders, plain or gzipped, standard or JSON; - is stdin. Signatures and expiry are not checked again. Logs do not contain the Accept header, so format,f_auto counts once for each format it can become, and key counts are 'at most'",
)
  .requiredOption('--policy <file>', 'the policy that would be published')
  .option('--against <file>', 'compare with this policy instead of the live one')
  .option('--fail-on-refused', 'exit with 1 if any request is newly refused')
  .action(replay);
