import {
  type CompletedCommand,
  type CompletedOperand,
  type CompletedOption,
  type Offers,
  placeOf,
} from './tree.ts';

/** Quotes a text as one word of fish, where a backslash also escapes inside quotes. */
const quote = (text: string): string => `'${text.replace(/[\\']/g, (mark) => `\\${mark}`)}'`;

/** Begins a completion that is offered only in this command. */
const completeIn = (words: readonly string[]): string =>
  `complete -c signet -n ${quote(`__signet_at ${quote(placeOf(words))}`)}`;

function offerValues(offers: Offers): string {
  if (offers === 'nothing') return ' -x';
  return offers === 'files' ? ' -r -F' : ` -x -a ${quote(offers.join(' '))}`;
}

function optionLine(words: readonly string[], { about, flags, value }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const after = value === undefined ? '' : offerValues(value.offers);
  return `${completeIn(words)}${names.join('')}${after} -d ${quote(about)}`;
}

function operandLines(words: readonly string[], { offers }: CompletedOperand): readonly string[] {
  if (offers === 'nothing') return [];
  const what = offers === 'files' ? '-F' : `-a ${quote(offers.join(' '))}`;
  return [`${completeIn(words)} ${what}`];
}

const linesOf = ({ inner, operands, options, words }: CompletedCommand): readonly string[] => [
  ...inner.map(({ about, name }) => `${completeIn(words)} -a ${name} -d ${quote(about)}`),
  ...operands.flatMap((operand) => operandLines(words, operand)),
  ...options.map((option) => optionLine(words, option)),
];

/** The completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const places = commands.map(({ words }) => placeOf(words)).filter((place) => place !== '');
  const values = commands.flatMap(({ options, words }) =>
    options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ flags }) => flags.map((flag) => `${placeOf(words)} ${flag}`)),
  );
  return `# Completion of signet for fish. To load it: signet completion fish | source

function __signet_place
    set -l place ''
    set -l value no
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        if test $value = yes
            set value no
            continue
        end
        switch "$place $word"
            case ${places.map(quote).join(' ')}
                set place "$place $word"
            case ${values.map(quote).join(' ')}
                set value yes
        end
    end
    echo "$place"
end

function __signet_at
    set -l place (__signet_place)
    test "$place" = "$argv[1]"
end

complete -c signet -f
${commands.flatMap(linesOf).join('\n')}
`;
}
