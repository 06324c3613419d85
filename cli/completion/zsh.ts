import type { CompletedCommand, CompletedOperand, CompletedOption, Offers } from './tree.ts';

/** As one word of a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Colons and brackets part a description from the rest. */
const escapeSpec = (text: string): string => text.replace(/[\\:[\]]/g, (mark) => `\\${mark}`);

const functionOf = (words: readonly string[]): string => ['_signet', ...words].join('_');

/** What is offered, as `_arguments` calls for it; a blank offers nothing. */
function action(offers: Offers): string {
  if (offers === 'nothing') return ' ';
  return offers === 'files' ? '_files' : `(${offers.join(' ')})`;
}

function optionSpec({ about, flags, repeated, value }: CompletedOption): string {
  const text = `[${escapeSpec(about)}]`;
  const after = value === undefined ? '' : `:${escapeSpec(value.name)}:${action(value.offers)}`;
  const [first = ''] = flags;
  const shape = flags.length === 1 ? first : `{${flags.join(',')}}`;
  if (flags.length === 1) return quote(`${repeated ? '*' : ''}${shape}${text}${after}`);
  return `${quote(repeated ? '*' : `(${flags.join(' ')})`)}${shape}${quote(`${text}${after}`)}`;
}

function operandSpec({ name, offers, required, variadic }: CompletedOperand, at: number): string {
  const place = variadic ? '*' : String(at + 1);
  const mark = required || variadic ? ':' : '::';
  return quote(`${place}${mark}${escapeSpec(name)}:${action(offers)}`);
}

const printSpecs = (specs: readonly string[]): string =>
  specs.map((spec) => ` \\\n    ${spec}`).join('');

function leafFunction({ operands, options, words }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), ...operands.map(operandSpec)];
  return `${functionOf(words)}() {\n  _arguments -s${printSpecs(specs)}\n}`;
}

function groupFunction({ inner, options, words }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), `'1:command:->command'`, `'*::operand:->operand'`];
  const names = inner.map(({ about, name }) => `    ${quote(`${name}:${escapeSpec(about)}`)}`);
  const cases = inner.map(({ name }) => `    ${name}) ${functionOf([...words, name])} ;;`);
  return `${functionOf(words)}() {
  local state line
  typeset -A opt_args
  local -a commands
  commands=(
${names.join('\n')}
  )
  _arguments -C${printSpecs(specs)}
  case $state in
  command) _describe -t commands 'command' commands ;;
  operand)
    case $line[1] in
${cases.join('\n')}
    esac
    ;;
  esac
}`;
}

/** The completion script for zsh: to be evaluated, or to lie in `fpath` as `_signet`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const functions = commands
    .toReversed()
    .map((one) => (one.inner.length > 0 ? groupFunction(one) : leafFunction(one)));
  return `#compdef signet
# Completion of signet for zsh. To load it, after compinit: eval "$(signet completion zsh)"

${functions.join('\n\n')}

if [[ $funcstack[1] == _signet ]]; then
  _signet "$@"
else
  compdef _signet signet
fi
`;
}
