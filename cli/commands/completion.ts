import { Argument, type Command } from 'commander';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { type CompletedCommand, completedCommands } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';

const scripts = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>>;

/** The command that prints completion scripts. `root` returns the whole program. */
export function completionCommand(root: () => Command): Command {
  const shell = new Argument('<shell>').choices(Object.keys(scripts));
  return command(
    'completion',
    'Print a completion script for your shell: eval "$(npx signet completion bash)". It completes the word signet, so with npx also set: alias signet="npx signet"',
  )
    .addArgument(shell)
    .action(async (name: keyof typeof scripts, options: CommonOptions) => {
      await runCommand(options, async () => {
        const script = scripts[name](completedCommands(root()));
        return { text: script, json: { shell: name, script } };
      });
    });
}
