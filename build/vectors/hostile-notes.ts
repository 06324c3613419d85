import type { Notes } from './vector-file.ts';

/** What each flag of a hostile vector means. */
export const hostileNotes: Notes = {
  ControlCharacter: {
    bugType: 'INJECTION',
    description:
      'U+0000 to U+001F and U+007F to U+009F. A line feed would reach into the next line of the message.',
  },
  Nul: {
    bugType: 'INJECTION',
    description: 'U+0000, at which C ends a text; not for languages that cannot say it.',
  },
  Backslash: {
    bugType: 'INJECTION',
    description: 'Some programs read a backslash as a slash, and some as an escape.',
  },
  Segment: {
    bugType: 'PATH_TRAVERSAL',
    description: 'An empty segment, . or ..: libraries and proxies take them away after signing.',
  },
  Separator: {
    bugType: 'INJECTION',
    description: 'A path with __op__ in it, or that would make one with what follows.',
  },
  Reserved: {
    bugType: 'AUTH_BYPASS',
    description: 'Watermarks lie below _watermarks/, and none is served as an image.',
  },
  TooLong: { bugType: 'EDGE_CASE', description: 'More than 700 bytes, 16 operations or scopes.' },
  Expiry: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'exp is in whole seconds and has ten digits; milliseconds are the usual mistake.',
  },
  Past: {
    bugType: 'EDGE_CASE',
    description: 'exp is past: the edge would answer that it has expired, and never anything else.',
  },
  Fraction: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'exp with a fraction; not for languages in which it is of a whole type.',
  },
  Operation: {
    bugType: 'INJECTION',
    description: 'name,parameter_value, in ASCII. What it is not could part or end the URL.',
  },
  NeedsOperations: {
    bugType: 'EDGE_CASE',
    description:
      'Only who knows the operations can tell. A short signer may leave it to the edge, which answers 400.',
  },
  Query: {
    bugType: 'INJECTION',
    description: 'x-oss-process or x-bce-process, and a recipe as they spell it.',
  },
  Scope: { bugType: 'PATH_TRAVERSAL', description: 'A scope that could be no source’s.' },
  Presets: {
    bugType: 'INJECTION',
    description:
      'An empty list would be a grant of nothing, or of everything. Names have letters, digits, dots and hyphens.',
  },
  Address: {
    bugType: 'EDGE_CASE',
    description: 'SIGNET_URL is an address, and nothing behind it.',
  },
  Tenant: { bugType: 'INJECTION', description: 'SIGNET_TENANT has the form of one.' },
  Kid: { bugType: 'INJECTION', description: 'SIGNET_KID is written as root.generation.' },
  SigningKey: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'SIGNET_KEY is the text of a signing key, sgn_ and 43 characters: not decoded, not quoted, without line end or blanks.',
  },
  LoneSurrogate: {
    bugType: 'ENCODING',
    description:
      'Half a UTF-16 pair: for languages whose text can hold one. Most encoders replace it.',
  },
  InvalidUtf8: {
    bugType: 'ENCODING',
    description: 'pathHex is the path, in bytes: for languages whose text is bytes.',
  },
};
