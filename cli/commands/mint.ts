import { mintUrl } from '../../operator/mint/mint-url.ts';
import { seconds } from '../../shared/ports.ts';
import { readDuration } from '../base/duration.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

type Options = CommonOptions & {
  readonly expires: string;
  readonly check: boolean;
  readonly host?: string;
};

async function mint(
  tenant: string,
  path: string,
  operations: readonly string[],
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    const { check, expires, host, target } = options;
    const lifetime = readDuration(expires);
    const minted = await mintUrl(
      open,
      {
        ...{ tenant, path, operations, lifetime, host, check, target },
        onNotes: (notes) => writeWarnings(notes, options.json === true),
      },
      seconds(Date.now),
    );
    return { text: minted.url, json: minted };
  });
}

export const mintCommand = command(
  'mint <tenant> <path> [operations...]',
  "Print a signed URL, such as: npx signet mint demo cat.jpg resize,w_640 format,f_auto. A recipe of OSS or BOS can be used as it is: 'x-oss-process=image/resize,w_640'",
)
  .option('--expires <duration>', 'lifetime: 90s, 15m, 1h, 7d or never', '1h')
  .option('--host <host>', 'a host of the tenant; its URLs leave the tenant out')
  .option('--no-check', 'do not check the policy, or that --host belongs to the tenant')
  .action(mint);
