import type { Argument, Command, Option } from 'commander';

/** What a shell offers for a value: files, a list of words, or nothing. */
export type Offers = 'files' | 'nothing' | readonly string[];

export type CompletedOption = {
  /** As typed: `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** Whether it may be given more than once. */
  readonly repeated: boolean;
  /** The value that follows, if the option takes one, and what is offered for it. */
  readonly value?: { readonly name: string; readonly offers: Offers };
};

export type CompletedOperand = {
  readonly name: string;
  readonly offers: Offers;
  readonly required: boolean;
  /** Whether it may be given more than once. */
  readonly variadic: boolean;
};

/** A command and what can follow it. */
export type CompletedCommand = {
  /** The words of the command without the program name: `policy publish`. */
  readonly words: readonly string[];
  readonly about: string;
  readonly inner: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
  readonly operands: readonly CompletedOperand[];
};

/** The operands and option values that are file names. */
const fileNames: ReadonlySet<string> = new Set([
  'file',
  'files',
  'list',
  'logs',
  'paths',
  'policies',
  'tenants',
]);

function offersFor(name: string, choices: readonly string[] | undefined): Offers {
  if (choices !== undefined) return choices;
  return fileNames.has(name) ? 'files' : 'nothing';
}

/** The beginning of a description, since shells show one line. */
function shorten(text: string): string {
  const [beginning = ''] = text.split(/[.;:] | \(/);
  return beginning.replace(/, such as$/, '');
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
  const [, name] = /[<[]([^>\].]+)/.exec(option.flags) ?? [];
  // An option that may be repeated has a function that collects its values.
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

/** The name of a command in the scripts: `' policy publish'`. */
export const placeOf = (words: readonly string[]): string =>
  words.map((word) => ` ${word}`).join('');

/** A command and all commands below it, as the data from which the scripts are printed. */
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
