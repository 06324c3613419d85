import type { Argument, Command, Option } from 'commander';

/** What a shell offers for a value: files, one of some words, or nothing. */
export type Offers = 'files' | 'nothing' | readonly string[];

export type CompletedOption = {
  /** As they are typed: `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** Whether it may stand more than once. */
  readonly repeated: boolean;
  /** Whether a value follows, and what is offered for it; nothing where none follows. */
  readonly value?: { readonly name: string; readonly offers: Offers };
};

export type CompletedOperand = {
  readonly name: string;
  readonly offers: Offers;
  readonly required: boolean;
  /** Whether it may stand more than once. */
  readonly variadic: boolean;
};

/** A command and what may follow it. */
export type CompletedCommand = {
  /** The words that lead to it, without the program's name: `policy publish`. */
  readonly words: readonly string[];
  readonly about: string;
  readonly inner: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
  readonly operands: readonly CompletedOperand[];
};

/** Operands and values of options that stand for something on this machine's disk. */
const fileNames: ReadonlySet<string> = new Set(['file', 'list', 'logs', 'paths']);

function offersFor(name: string, choices: readonly string[] | undefined): Offers {
  if (choices !== undefined) return choices;
  return fileNames.has(name) ? 'files' : 'nothing';
}

/** How it begins, up to where it explains itself: a shell shows one line. */
function shorten(text: string): string {
  const [begins = ''] = text.split(/[.;:] | \(/);
  return begins.replace(/, such as$/, '');
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
  const [, name] = /[<[]([^>\].]+)/.exec(option.flags) ?? [];
  // An option that gathers its values brings a function that does.
  const repeated = option.variadic || option.parseArg !== undefined;
  const own = { flags, about: shorten(option.description), repeated };
  return name === undefined
    ? own
    : { ...own, value: { name, offers: offersFor(name, option.argChoices) } };
}

const completedOperand = (argument: Argument): CompletedOperand => ({
  name: argument.name(),
  offers: offersFor(argument.name(), argument.argChoices),
  required: argument.required,
  variadic: argument.variadic,
});

/** `' policy publish'`: how the scripts write which command they are in. */
export const placeOf = (words: readonly string[]): string =>
  words.map((word) => ` ${word}`).join('');

/** All commands below one, itself first, as data that every shell's script is printed from. */
export function completedCommands(
  command: Command,
  words: readonly string[] = [],
): readonly CompletedCommand[] {
  const own: CompletedCommand = {
    words,
    about: shorten(command.description()),
    inner: command.commands.map((one) => ({
      name: one.name(),
      about: shorten(one.description()),
    })),
    options: command.createHelp().visibleOptions(command).map(completedOption),
    operands: command.registeredArguments.map(completedOperand),
  };
  const below = command.commands.flatMap((one) => completedCommands(one, [...words, one.name()]));
  return [own, ...below];
}
