import { readStats } from '../../operator/stats/stats.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printStats } from '../print/stats.ts';
import { logReadingOnStderr } from '../progress/log-reading.ts';

type Options = CommonOptions & { readonly tenant?: string };

async function stats(logs: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async () => {
    const { target, tenant } = options;
    const reading = logReadingOnStderr(options.json ?? false);
    const { report, damaged } = await readStats({ logs, target, tenant }, reading);
    return {
      text: printStats(report, tenant),
      json: { ...report, damaged },
      exit: damaged.length > 0 ? 1 : 0,
    };
  });
}

export const statsCommand = command(
  'stats [logs...]',
  "Show statistics by tenant. From the service's own log: views, renders, bytes, refusals and the last use of each kid; lines are sampled on AWS, totals are scaled up, and the last use of a kid is known to the hour. From CloudFront access logs: requests, hits, misses and bytes that were sent. Reads both logs of the local stack, or files and folders, plain or gzipped; - is stdin",
)
  .option('--tenant <name>', 'only this tenant')
  .action(stats);
