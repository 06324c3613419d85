import type { Call } from './signer-calls.ts';

/** How the signer of a language and its driver are compiled and run. */
export type Language = {
  readonly language: string;
  /** The file below client/languages/. */
  readonly signer: string;
  readonly driver: string;
  /** The programs that it needs. */
  readonly tools: readonly string[];
  /** True for programs that Debian does not have. Mono runs the C# signer with the same vectors. */
  readonly optional?: boolean;
  /** The paths of the two files in the folder in which they run, if not their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** Additional files. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly compile?: readonly string[];
  readonly run: readonly string[];
  /** Flags of hostile vectors that the language cannot express, or that its signer leaves to the edge. */
  readonly without: readonly string[];
  /** Writes a call, with its environment, as a line of the driver's input. */
  readonly line: (call: Call) => string;
};

const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * The four settings and the words of the call as a list in JSON. Only letters and digits are not escaped, so that a
 * driver without a JSON library can read it.
 */
function jsonLine({ environment, words }: Call): string {
  const { url, tenant, kid, signingKey } = environment;
  const all = [url, tenant, kid, signingKey, ...words];
  return `[${all.map((word) => `"${word.replace(/[^A-Za-z0-9]/g, escapeUnit)}"`).join(',')}]`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command of the shell, with its arguments in the order of the shell's signer. */
function shellCommand([name = '', exp = '', ...rest]: readonly string[]): string {
  if (name !== 'grant') {
    const [path = '', ...more] = rest;
    const [one = '', ...others] = [path, exp, ...more].map(quote);
    return ['run', name, one, ...others].join(' ');
  }
  const [nbf = '', count = '', ...names] = rest;
  const presets = names.slice(0, Math.max(Number(count), 0));
  const scopes = names.slice(presets.length);
  const set = Number(count) < 0 ? '' : `PRESETS=${quote(presets.join(' '))}; `;
  return `(NBF=${nbf}; ${set}run grant ${[exp, ...scopes].map(quote).join(' ')})`;
}

/** Needs the table of operations, which the short signers do not have. */
const leftToTheEdge = 'NeedsOperations';

function shellLine({ environment, words }: Call): string {
  const { url, tenant, kid, signingKey } = environment;
  const settings = { URL: url, TENANT: tenant, KID: kid, KEY: signingKey };
  const pairs = Object.entries(settings).map(([name, value]) => `SIGNET_${name}=${quote(value)}`);
  return `${pairs.join(' ')}; ${shellCommand(words)}`;
}

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
    // The driver changes the environment by reflection.
    run: [
      'java',
      '-XX:TieredStopAtLevel=1',
      '--add-opens=java.base/java.util=ALL-UNNAMED',
      'Driver',
    ],
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
