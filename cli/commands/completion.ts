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

/** The command that prints what a shell completes; it speaks of the program that it is part of. */
export function completionCommand(root: () => Command): Command {
  const shell = new Argument('<shell>').choices(Object.keys(scripts));
  return command(
    'completion',
    'Print what your shell needs to complete commands and options: eval "$(npx signet completion bash)". It completes the word signet, so with npx say also: alias signet="npx signet"',
  )
    .addArgument(shell)
    .action(async (name: keyof typeof scripts, options: CommonOptions) => {
      await runCommand(options, async () => {
        const script = scripts[name](completedCommands(root()));
        return { text: script, json: { shell: name, script } };
      });
    });
}
