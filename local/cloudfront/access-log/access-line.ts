import { distributionDomainName } from '../functions/edge-event.ts';

/*
 * A line of CloudFront's standard log (legacy): the order of the fields and the characters that are escaped.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */

/** A request and its answer. Texts are as they were on the wire, one character for each byte. */
export type AccessRecord = {
  /** When the answer ended, in milliseconds since 1970. */
  readonly endedAt: number;
  readonly requestId: string;
  /** The edge location that answered, in the form of `x-amz-cf-pop`. */
  readonly location: string;
  readonly clientIp: string;
  readonly clientPort: number | undefined;
  readonly method: string;
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
  readonly httpVersion: string;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
  /** Bytes with the head. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Undefined if the viewer closed the connection before an answer began. */
  readonly status: number | undefined;
  /** Until the last byte and until the first byte, in milliseconds. */
  readonly takenMs: number;
  readonly firstByteMs: number;
  /** The type before the answer was sent, the type afterwards, and its reason if that is `Error`. */
  readonly responseResult: string;
  readonly result: string;
  readonly detail: string;
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
  readonly contentRange: string | undefined;
};

const timeOf = ({ endedAt }: AccessRecord): string => new Date(endedAt).toISOString();
const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(3);

function rangeOf({ contentRange = '' }: AccessRecord): readonly string[] {
  const [, first = '', last = ''] = /^bytes ([0-9]+)-([0-9]+)\//.exec(contentRange) ?? [];
  return [first, last];
}

type Field = (record: AccessRecord) => string | undefined;

const notUsed: Field = () => undefined;

/**
 * The fields in their order. A field without a value is a hyphen. Cookies are left out: the deployed stack does
 * not log them, and a cookie may hold a grant.
 */
const fields: readonly (readonly [name: string, field: Field])[] = [
  ['date', (record) => timeOf(record).slice(0, 10)],
  ['time', (record) => timeOf(record).slice(11, 19)],
  ['x-edge-location', ({ location }) => location],
  ['sc-bytes', ({ sentBytes }) => String(sentBytes)],
  ['c-ip', ({ clientIp }) => clientIp],
  ['cs-method', ({ method }) => method],
  ['cs(Host)', () => distributionDomainName],
  ['cs-uri-stem', ({ uri }) => uri],
  ['sc-status', ({ status = 0 }) => String(status).padStart(3, '0')],
  ['cs(Referer)', ({ referer }) => referer],
  ['cs(User-Agent)', ({ userAgent }) => userAgent],
  ['cs-uri-query', ({ querystring }) => querystring],
  ['cs(Cookie)', notUsed],
  ['x-edge-result-type', ({ result }) => result],
  ['x-edge-request-id', ({ requestId }) => requestId],
  ['x-host-header', ({ host }) => host],
  ['cs-protocol', () => 'http'],
  ['cs-bytes', ({ receivedBytes }) => String(receivedBytes)],
  ['time-taken', ({ takenMs }) => seconds(takenMs)],
  ['x-forwarded-for', ({ forwardedFor }) => forwardedFor],
  ['ssl-protocol', notUsed],
  ['ssl-cipher', notUsed],
  ['x-edge-response-result-type', ({ responseResult }) => responseResult],
  ['cs-protocol-version', ({ httpVersion }) => `HTTP/${httpVersion}`],
  ['fle-status', notUsed],
  ['fle-encrypted-fields', notUsed],
  ['c-port', ({ clientPort }) => clientPort?.toString()],
  ['time-to-first-byte', ({ firstByteMs }) => seconds(firstByteMs)],
  ['x-edge-detailed-result-type', ({ detail }) => detail],
  ['sc-content-type', ({ contentType }) => contentType],
  ['sc-content-len', ({ contentLength }) => contentLength],
  ['sc-range-start', (record) => rangeOf(record)[0]],
  ['sc-range-end', (record) => rangeOf(record)[1]],
];

/** The two lines at the beginning of a log. */
export const accessLogHead = `#Version: 1.0\n#Fields: ${fields.map(([name]) => name).join(' ')}\n`;

/** Space and controls, everything from DEL on, and the punctuation in AWS's table. */
const escaped = /[^\x21-\x7e]|[<>"#%{}|\\^~[\]`']/g;

const escapeOne = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Prints a line without its line feed. No value can end a field or the line. */
export function printAccessLine(record: AccessRecord): string {
  return fields.map(([, field]) => field(record)?.replace(escaped, escapeOne) || '-').join('\t');
}
