import type { CompletedCommand, CompletedOperand, CompletedOption, Offers } from './tree.ts';

/** Quotes a text as one word of a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Escapes colons and brackets, which separate the parts of a specification. */
const escapeSpec = (text: string): string => text.replace(/[\\:[\]]/g, (mark) => `\\${mark}`);

const functionOf = (words: readonly string[]): string => ['_signet', ...words].join('_');

/** The action of `_arguments` that makes the offers; a space offers nothing. */
function printAction(offers: Offers): string {
  if (offers === 'nothing') return ' ';
  return offers === 'files' ? '_files' : `(${offers.join(' ')})`;
}

function optionSpec({ about, flags, repeated, value }: CompletedOption): string {
  const text = `[${escapeSpec(about)}]`;
  const after =
    value === undefined ? '' : `:${escapeSpec(value.name)}:${printAction(value.offers)}`;
  const [first = ''] = flags;
  const shape = flags.length === 1 ? first : `{${flags.join(',')}}`;
  if (flags.length === 1) return quote(`${repeated ? '*' : ''}${shape}${text}${after}`);
  return `${quote(repeated ? '*' : `(${flags.join(' ')})`)}${shape}${quote(`${text}${after}`)}`;
}

function operandSpec({ name, offers, required, variadic }: CompletedOperand, at: number): string {
  const place = variadic ? '*' : String(at + 1);
  const mark = required || variadic ? ':' : '::';
  return quote(`${place}${mark}${escapeSpec(name)}:${printAction(offers)}`);
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

/** The completion script for zsh, to evaluate or to save in `fpath` as `_signet`. */
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
