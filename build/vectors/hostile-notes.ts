import type { Notes } from './vector-file.ts';

/** The meaning of each flag of a hostile vector. */
export const hostileNotes: Notes = {
  ControlCharacter: {
    bugType: 'INJECTION',
    description:
      'U+0000 to U+001F and U+007F to U+009F. A line feed would start a new line of the signed message.',
  },
  Nul: {
    bugType: 'INJECTION',
    description: 'U+0000, which ends a string in C. Skip it in languages that cannot pass it.',
  },
  Backslash: {
    bugType: 'INJECTION',
    description: 'Some programs read a backslash as a slash, others as an escape.',
  },
  Segment: {
    bugType: 'PATH_TRAVERSAL',
    description:
      'An empty segment, . or .. in the path. Libraries and proxies remove such segments after signing.',
  },
  Separator: {
    bugType: 'INJECTION',
    description:
      'A path that contains __op__, or that would form one together with the next operation.',
  },
  Reserved: {
    bugType: 'AUTH_BYPASS',
    description: '_watermarks/ holds the watermarks, which are not served as images.',
  },
  TooLong: {
    bugType: 'EDGE_CASE',
    description:
      'More than 700 bytes in a path, 16 operations, 16 scopes or 2,048 characters in a grant.',
  },
  Expiry: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'exp is a time in whole seconds and has ten digits. Milliseconds are a common mistake.',
  },
  Past: {
    bugType: 'EDGE_CASE',
    description: 'exp is in the past, so the service would only answer that the URL has expired.',
  },
  Fraction: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'exp with a fraction. Skip it in languages where exp has an integer type.',
  },
  Operation: {
    bugType: 'INJECTION',
    description:
      'An operation is name,parameter_value in ASCII. Other characters could add parts to the URL or end it.',
  },
  NeedsOperations: {
    bugType: 'EDGE_CASE',
    description:
      'Needs the table of operations. A short signer may leave this to the service, which answers 400.',
  },
  Query: {
    bugType: 'INJECTION',
    description:
      'The query parameter is x-oss-process or x-bce-process, with a recipe in its spelling.',
  },
  Scope: { bugType: 'PATH_TRAVERSAL', description: 'A scope that can match no source.' },
  Presets: {
    bugType: 'INJECTION',
    description:
      'An empty list could mean nothing or everything. Preset names have letters, digits, dots and hyphens.',
  },
  Address: {
    bugType: 'EDGE_CASE',
    description: 'SIGNET_URL is a URL without a path or query.',
  },
  Tenant: { bugType: 'INJECTION', description: 'SIGNET_TENANT is a tenant name.' },
  Kid: { bugType: 'INJECTION', description: 'SIGNET_KID is root.generation.' },
  SigningKey: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'SIGNET_KEY is the text of a signing key, sgn_ and 43 characters: not decoded, not quoted, without line breaks or spaces.',
  },
  LoneSurrogate: {
    bugType: 'ENCODING',
    description:
      'Half of a UTF-16 surrogate pair, for languages whose strings can contain one. Most encoders replace it.',
  },
  InvalidUtf8: {
    bugType: 'ENCODING',
    description: 'pathHex is the path in hexadecimal bytes, for languages whose strings are bytes.',
  },
};
