import { Command } from 'commander';
import { usageFailure } from '../../operator/failure.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printRetention } from '../print/log-retention.ts';
import { countUnit, progressOn } from '../progress/bar.ts';

function readDays(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9][0-9]{0,4}$/.test(text))
    throw usageFailure(`"${text}" is not a number of days; write a whole number, such as 30`);
  return text === undefined ? undefined : Number(text);
}

async function retention(text: string | undefined, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    // It loads the client of CloudWatch Logs, which no other command needs.
    const { setLogRetention } = await import('../../operator/log-retention/log-retention.ts');
    const result = await setLogRetention(open, readDays(text), (total) =>
      progressOn(process.stderr, total, options.json ?? false, countUnit('Region')),
    );
    const isFailed = result.regions.some(({ outcome }) => outcome === 'failed');
    return { text: printRetention(result), json: result, exit: isFailed ? 1 : 0 };
  });
}

export const logsCommand = new Command('logs')
  .description("Manage the logs of a deployed stack's edge functions")
  .addCommand(
    command(
      'retention [days]',
      'Set how long the logs of both edge functions are kept, in every Region; without days, as long as in us-east-1. Creates the log groups where Lambda@Edge runs, because AWS creates them without a retention; exits with 1 if a Region failed',
    ).action(retention),
  );
