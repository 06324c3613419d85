/*
 * How each language mints a URL with the client's package, or with its file in `client/languages/`. The calls read the
 * four variables that `signet keys show TENANT --env` prints, so no code has a key.
 */

export type Wanted = { readonly path: string; readonly operations: readonly string[] };

export type LanguageCall = {
  readonly language: string;
  /** The file to paste, below `client/languages/`; undefined for the package. */
  readonly file?: string;
  readonly code: (wanted: Wanted) => string;
};

/** In seconds, as all examples have it. */
const lifetime = 3_600;

/** Text in double quotes, with escapes that Python, Go, Java and C# read alike. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const quoted = (texts: readonly string[]): string => texts.map(quote).join(', ');

/** Text in single quotes, in which Ruby and PHP replace nothing but these two. */
const quoteOnce = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const quotedOnce = (texts: readonly string[]): string => texts.map(quoteOnce).join(', ');

const quoteForSh = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Characters beyond 16 bits are two units in Java, C# and JSON, and one of eight digits in Python and Go. */
const joinUnits = (code: string): string =>
  code.replace(/\\u(d[89ab]..)\\u(d[c-f]..)/g, (_all, high: string, low: string) => {
    const point = String.fromCharCode(
      Number.parseInt(high, 16),
      Number.parseInt(low, 16),
    ).codePointAt(0);
    return `\\U${(point ?? 0).toString(16).padStart(8, '0')}`;
  });

export const languageCalls: readonly LanguageCall[] = [
  {
    language: 'TypeScript',
    code: ({ path, operations }) =>
      `import { signet } from '@signet-images/client';\n\nconst url = await signet().url(${quoteOnce(path)}, [${quotedOnce(operations)}], { expires: '1h' });`,
  },
  {
    language: 'Python',
    file: 'signet.py',
    code: ({ path, operations }) =>
      joinUnits(
        `import time\nfrom signet import signed_url\n\nurl = signed_url(${quote(path)}, [${quoted(operations)}], int(time.time()) + ${lifetime})`,
      ),
  },
  {
    language: 'Go',
    file: 'signet.go',
    code: ({ path, operations }) =>
      joinUnits(
        `url, err := signet.SignedURL(${quote(path)}, []string{${quoted(operations)}}, time.Now().Unix()+${lifetime})`,
      ),
  },
  {
    language: 'PHP',
    file: 'signet.php',
    code: ({ path, operations }) =>
      `require 'signet.php';\n\n$url = Signet\\signed_url(${quoteOnce(path)}, [${quotedOnce(operations)}], time() + ${lifetime});`,
  },
  {
    language: 'Ruby',
    file: 'signet.rb',
    code: ({ path, operations }) =>
      `require_relative 'signet'\n\nurl = Signet.signed_url(${quoteOnce(path)}, [${quotedOnce(operations)}], Time.now.to_i + ${lifetime})`,
  },
  {
    language: 'Java',
    file: 'Signet.java',
    code: ({ path, operations }) =>
      `String url = Signet.signedUrl(${quote(path)}, List.of(${quoted(operations)}), Instant.now().getEpochSecond() + ${lifetime});`,
  },
  {
    language: 'C#',
    file: 'Signet.cs',
    code: ({ path, operations }) =>
      `var url = Signet.SignedUrl(${quote(path)}, new string[] { ${quoted(operations)} }, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + ${lifetime});`,
  },
  {
    language: 'Shell',
    file: 'signet.sh',
    code: ({ path, operations }) =>
      `. ./signet.sh\n\nurl=$(signed_url ${quoteForSh(path)} $(($(date +%s) + ${lifetime}))${operations.map((one) => ` ${quoteForSh(one)}`).join('')})`,
  },
];
