import { explainUrl } from '../../operator/explain/explain.ts';
import { offlineSigner } from '../../operator/keys/signer.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printExplanation } from '../print/explanation.ts';

type Options = CommonOptions & {
  readonly accept?: string;
  readonly cookie?: string;
  readonly page?: string;
};

async function explain(url: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { accept, cookie, page, target } = options;
    const explanation = await explainUrl(
      { url, accept, cookie, page },
      {
        open,
        offlineSigner: (tenant) => offlineSigner(tenant, options),
        asksHosts: !process.env['SIGNET_KEY'] || target !== undefined,
      },
    );
    return {
      text: printExplanation(explanation),
      json: explanation,
      exit: explanation.refusal === undefined ? 0 : 1,
    };
  });
}

export const explainCommand = command(
  'explain <url>',
  'Show how the service handles a URL, or the request in a line of a log, stage by stage. A refusal names the rule and what it allows',
)
  .option('--accept <header>', 'the Accept header to negotiate format,f_auto with')
  .option('--cookie <header>', 'the Cookie header, which may hold a grant')
  .option(
    '--page <origin>',
    'the page that sends the cookie, such as https://www.example.com (the header Origin)',
  )
  .action(explain);
