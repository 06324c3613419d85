/*
 * CloudFront access logs in two formats: standard logs, which are tab-separated below a line with the
 * column names, and JSON logs with one object per line.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
import { objectIn } from './json-line.ts';

/** A logged request. The URL is as the viewer sent it. */
export type LoggedRequest = {
  /** The time of the response, in Unix seconds. */
  readonly at: number;
  readonly method: string;
  /** The host that the viewer asked; undefined if the log does not contain it. */
  readonly host: string | undefined;
  readonly uri: string;
  readonly querystring: string;
  /** 0 if the viewer disconnected before the response. */
  readonly status: number;
  /** `x-edge-result-type`, such as `Hit`; empty if the log does not contain it. */
  readonly resultType: string;
  /** The bytes that were sent to the viewer; undefined if the log does not contain them. */
  readonly bytes: number | undefined;
  /** `x-edge-request-id`, which the functions log, too. */
  readonly requestId?: string | undefined;
};

/** The position of each field in a row. */
export type Columns = ReadonlyMap<string, number>;

/** A line: a request, the column names, a comment, or something that cannot be read. */
export type AccessLine =
  | { readonly request: LoggedRequest }
  | { readonly columns: Columns }
  | 'remark'
  | 'unreadable';

/** The fields without which no request can be decided. */
const neededFields = ['date', 'time', 'cs-uri-stem', 'cs-uri-query', 'sc-status'] as const;

const fieldsDirective = '#Fields:';

/** The needed fields that are not among the columns. */
export function missingFields(columns: Columns): readonly string[] {
  return neededFields.filter((name) => !columns.has(name));
}

/** Whether an access log can begin with this line. */
export function beginsAccessLog(line: string): boolean {
  return line.startsWith('#Version') || line.startsWith('#Fields') || objectIn(line) !== undefined;
}

/** Whether the line is one of an access log: a line of its head, or an object with the fields of a request. */
export function isAccessLogLine(line: string): boolean {
  return line.startsWith('#') ? beginsAccessLog(line) : readObject(line) !== undefined;
}

/**
 * Removes the escapes that the log adds. CloudFront writes each `%` of the URL as `%25`, and escapes
 * controls, spaces and some punctuation: `a%20b` is logged as `a%2520b`. Unescaping once, byte by byte
 * and not as UTF-8, gives the URL as it was sent. Its own escapes are left for the edge's code.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
function unescapeOnce(value: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Characters that a URL in a request cannot contain. */
const unsendable = /[^\x21-\x7e]|[#\\]|%(?![0-9A-Fa-f]{2})/;

/**
 * Unescapes a value of a JSON log. Programs that forward logs may have removed the escapes already. If
 * unescaping gives a URL that cannot have been sent, the value is kept as it is.
 */
function unescapeIfEscaped(value: string): string {
  const raw = unescapeOnce(value);
  return unsendable.test(raw) ? value : raw;
}

type Field = (name: string) => string | undefined;

/** CloudFront logs a hyphen where there is no value, such as a URL without a query. */
const fieldText = (field = '-'): string => (field === '-' ? '' : field);

/** A count of up to 15 digits, which is a safe integer. */
const bytesOf = (value = ''): number | undefined =>
  /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;

function requestOf(field: Field, raw: (value: string) => string): LoggedRequest | undefined {
  const stem = fieldText(field('cs-uri-stem'));
  const query = field('cs-uri-query');
  const status = field('sc-status') ?? '';
  const at = Date.parse(`${field('date')}T${field('time')}Z`) / 1_000;
  if (stem === '' || query === undefined) return undefined;
  if (!/^[0-9]{3}$/.test(status) || Number.isNaN(at)) return undefined;
  return {
    at,
    method: field('cs-method') ?? 'GET',
    host: raw(fieldText(field('x-host-header'))) || undefined,
    uri: raw(stem),
    querystring: raw(fieldText(query)),
    status: Number(status),
    resultType: field('x-edge-result-type') ?? '',
    bytes: bytesOf(field('sc-bytes')),
    requestId: fieldText(field('x-edge-request-id')) || undefined,
  };
}

function readRow(line: string, columns: Columns): LoggedRequest | undefined {
  const values = line.split('\t');
  return requestOf((name) => values[columns.get(name) ?? -1], unescapeOnce);
}

function readObject(line: string): LoggedRequest | undefined {
  const object = objectIn(line);
  if (object === undefined) return undefined;
  const field: Field = (name) => {
    const value: unknown = Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
    if (typeof value === 'number') return String(value).padStart(3, '0');
    return typeof value === 'string' ? value : undefined;
  };
  return requestOf(field, unescapeIfEscaped);
}

function readDirective(line: string): AccessLine {
  if (!line.startsWith(fieldsDirective)) return 'remark';
  const names = line.slice(fieldsDirective.length).trim().split(/\s+/);
  return { columns: new Map(names.map((name, at) => [name, at])) };
}

/**
 * Reads one line. `columns` are those of the last column line, if there was one: joined logs can
 * contain several. Never throws.
 */
export function readAccessLine(line: string, columns: Columns | undefined): AccessLine {
  if (line.startsWith('#')) return readDirective(line);
  if (line.trim() === '') return 'remark';
  const request = line.startsWith('{') ? readObject(line) : columns && readRow(line, columns);
  return request === undefined ? 'unreadable' : { request };
}

/**
 * The fields of a row up to the query: as Signet's distribution writes them, and as CloudFront's standard
 * logs do.
 */
const rowOrders: readonly Columns[] = [
  'date time x-edge-location sc-bytes cs-method x-host-header cs-uri-stem sc-status cs-uri-query',
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query',
].map((names) => new Map(names.split(' ').map((name, at) => [name, at])));

/** Reads a row, or an object of a JSON log, without the line of its columns; undefined for other text. */
export function readLooseLine(line: string): LoggedRequest | undefined {
  const trimmed = line.trim();
  const requests = trimmed.startsWith('{')
    ? [readObject(trimmed)]
    : rowOrders.map((columns) => readRow(trimmed, columns));
  // In the other order, the host is where the path is expected.
  return requests.find((request) => request?.uri.startsWith('/'));
}
