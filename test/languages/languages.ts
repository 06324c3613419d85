import type { Call } from './signer-calls.ts';

/** How a language is told to make a program of a signer and its driver, and to run it. */
export type Language = {
  readonly language: string;
  /** The file below client/languages/. */
  readonly signer: string;
  readonly driver: string;
  /** Programs without which it cannot be run. */
  readonly tools: readonly string[];
  /** Debian does not have them; for C#, Mono holds the same file to the same vectors. */
  readonly optional?: boolean;
  /** Where the two files lie in the folder in which they run, and what lies beside them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly compile?: readonly string[];
  readonly run: readonly string[];
  /** Flags of hostile vectors that the language cannot say, or that it leaves to the edge. */
  readonly without: readonly string[];
  readonly line: (call: Call) => string;
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A list of texts in JSON, with everything escaped that a language without JSON could stumble on. */
function jsonLine({ words }: Call): string {
  return `[${words.map((word) => `"${word.replace(/[^A-Za-z0-9]/g, escaped)}"`).join(',')}]`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A line of the shell, whose arguments stand in the order of its signer. */
function shellLine({ words: [name = '', exp = '', ...rest] }: Call): string {
  if (name !== 'grant') {
    const [path = '', ...more] = rest;
    const [one = '', ...others] = [path, exp, ...more].map(quoted);
    return ['run', name, one, ...others].join(' ');
  }
  const [nbf = '', count = '', ...names] = rest;
  const presets = names.slice(0, Math.max(Number(count), 0));
  const scopes = names.slice(presets.length);
  const set = Number(count) < 0 ? '' : `PRESETS=${quoted(presets.join(' '))}; `;
  return `(NBF=${nbf}; ${set}run grant ${[exp, ...scopes].map(quoted).join(' ')})`;
}

/** Only who has the table of operations can tell. */
const leftToTheEdge = 'NeedsOperations';

const java = { signer: 'Signet.java', driver: 'Driver.java' };
const csharp = { signer: 'Signet.cs', driver: 'Driver.cs', line: jsonLine };

export const languages: readonly Language[] = [
  {
    language: 'Python',
    signer: 'signet.py',
    driver: 'driver.py',
    tools: ['python3'],
    run: ['python3', 'driver.py'],
    without: [leftToTheEdge, 'InvalidUtf8'],
    line: jsonLine,
  },
  {
    language: 'Ruby',
    signer: 'signet.rb',
    driver: 'driver.rb',
    tools: ['ruby'],
    run: ['ruby', 'driver.rb'],
    without: [leftToTheEdge, 'LoneSurrogate'],
    line: jsonLine,
  },
  {
    language: 'PHP',
    signer: 'signet.php',
    driver: 'driver.php',
    tools: ['php'],
    run: ['php', '-n', 'driver.php'],
    without: [leftToTheEdge, 'LoneSurrogate', 'Fraction'],
    line: jsonLine,
  },
  {
    language: 'Go',
    signer: 'signet.go',
    driver: 'driver.go',
    tools: ['go'],
    files: { 'signet.go': 'signet/signet.go', 'driver.go': 'main.go' },
    texts: { 'go.mod': 'module signers\n\ngo 1.19\n' },
    compile: ['go', 'build', '-o', 'driver', '.'],
    run: ['./driver'],
    without: [leftToTheEdge, 'LoneSurrogate', 'Fraction'],
    line: jsonLine,
  },
  {
    language: 'Java',
    ...java,
    tools: ['javac', 'java'],
    compile: ['javac', '-Xlint:all', '-Werror', '--release', '17', java.signer, java.driver],
    run: ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', 'Driver'],
    without: [leftToTheEdge, 'InvalidUtf8', 'Fraction'],
    line: jsonLine,
  },
  {
    language: 'a POSIX shell',
    signer: 'signet.sh',
    driver: 'driver.sh',
    tools: ['sh', 'openssl'],
    run: ['sh', 'driver.sh'],
    without: [leftToTheEdge, 'InvalidUtf8', 'LoneSurrogate', 'Nul'],
    line: shellLine,
  },
  {
    language: 'C# on .NET',
    ...csharp,
    tools: ['dotnet'],
    optional: true,
    compile: ['dotnet', 'build', 'signers.csproj', '-o', 'out', '--nologo', '-v', 'quiet'],
    run: ['dotnet', 'out/driver.dll'],
    without: [leftToTheEdge, 'InvalidUtf8', 'Fraction'],
  },
  {
    language: 'C# on Mono',
    ...csharp,
    tools: ['mcs', 'mono'],
    compile: ['mcs', '-out:driver.exe', csharp.signer, csharp.driver],
    run: ['mono', 'driver.exe'],
    without: [leftToTheEdge, 'InvalidUtf8', 'Fraction'],
  },
];
