import { type CompletedCommand, type Offers, placeOf } from './tree.ts';

/** Quotes a text as one word of a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const joinPatterns = (patterns: readonly string[]): string => patterns.map(quote).join(' | ');

type ValuePlace = { readonly patterns: readonly string[]; readonly offers: Offers };

const printOffers = (offers: Exclude<Offers, 'nothing'>): string =>
  offers === 'files' ? '_signet_files' : `_signet_words ${quote(offers.join(' '))}`;

const valueCase = ({ patterns, offers }: ValuePlace): readonly string[] =>
  offers === 'nothing' ? [] : [`    ${joinPatterns(patterns)}) ${printOffers(offers)} ;;`];

/** The options that take a value, each with its command. */
const valuePlaces = (commands: readonly CompletedCommand[]): readonly ValuePlace[] =>
  commands.flatMap(({ options, words }) =>
    options.flatMap(({ flags, value }) => {
      const patterns = flags.map((flag) => `${placeOf(words)} ${flag}`);
      return value === undefined ? [] : [{ patterns, offers: value.offers }];
    }),
  );

function wordCase({ inner, operands, options, words }: CompletedCommand): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  const chosen = operands.flatMap(({ offers }) => (typeof offers === 'string' ? [] : offers));
  const names = [...inner.map(({ name }) => name), ...chosen].join(' ');
  const files = operands.some(({ offers }) => offers === 'files') ? ' files' : '';
  return `    ${quote(placeOf(words))}) _signet_offer ${quote(flags)} ${quote(names)}${files} ;;`;
}

const offerings = `_signet_words() {
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_signet_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$cur"))
}

_signet_offer() {
  if [[ $cur == -* ]]; then
    _signet_words "$1"
  else
    _signet_words "$2"
    [[ -z $3 ]] || _signet_files
  fi
}`;

/** The completion script for bash 3.2 and later. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const places = commands.map(({ words }) => placeOf(words)).filter((place) => place !== '');
  const values = valuePlaces(commands);
  return `# Completion of signet for bash. To load it: eval "$(signet completion bash)"

${offerings}

_signet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} place= option= word at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if [[ -n $option ]]; then
      option=
      continue
    fi
    case "$place $word" in
    ${joinPatterns(places)}) place="$place $word" ;;
    ${joinPatterns(values.flatMap(({ patterns }) => patterns))}) option="$place $word" ;;
    esac
  done
  if [[ -n $option ]]; then
    case "$option" in
${values.flatMap(valueCase).join('\n')}
    esac
    return 0
  fi
  case "$place" in
${commands.map(wordCase).join('\n')}
  esac
  return 0
}

complete -F _signet signet
`;
}
