/*
 * CloudFront's access logs: standard logs, which are tab-separated below a line that names the
 * columns, and the same fields as one JSON object a line.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
import { objectIn } from './json-line.ts';

/** A request as it was logged, with its URL as the viewer sent it. */
export type LoggedRequest = {
  /** When it was answered, in Unix seconds. */
  readonly at: number;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  /** 0 where the viewer left before there was an answer. */
  readonly status: number;
  /** `x-edge-result-type`, such as `Hit`; empty where the log does not have it. */
  readonly resultType: string;
};

/** Where each field stands in a row. */
export type Columns = ReadonlyMap<string, number>;

/** What a line says: a request, which columns follow, or nothing that matters here. */
export type AccessLine =
  | { readonly request: LoggedRequest }
  | { readonly columns: Columns }
  | 'remark'
  | 'unreadable';

/** Without these nothing can be decided. */
const neededFields = ['date', 'time', 'cs-uri-stem', 'cs-uri-query', 'sc-status'] as const;

const fieldsDirective = '#Fields:';

/** The fields that a row has to have and these columns do not name. */
export function missingFields(columns: Columns): readonly string[] {
  return neededFields.filter((name) => !columns.has(name));
}

/** Whether a file whose first line this is can be an access log. */
export function beginsAccessLog(line: string): boolean {
  return line.startsWith('#Version') || line.startsWith('#Fields') || objectIn(line) !== undefined;
}

/**
 * Takes back what the log adds. A value that is logged has every `%` of the URL as `%25`, and
 * controls, spaces and some marks escaped too: `a%20b` stands there as `a%2520b`. Taken back once,
 * and never as UTF-8, that is the URL as it was sent; its own escapes are for the edge's code.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
function unescapeOnce(value: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** What cannot stand in a URL that was sent. */
const unsendable = /[^\x21-\x7e]|[#\\]|%(?![0-9A-Fa-f]{2})/;

/**
 * JSON needs no escapes of its own, and programs that pass logs on take them off. Where taking
 * them back gives what nobody can have sent, they had been taken back before.
 */
function unescapeIfEscaped(value: string): string {
  const raw = unescapeOnce(value);
  return unsendable.test(raw) ? value : raw;
}

type Field = (name: string) => string | undefined;

/** A URL without a query is logged with a hyphen in its place. */
const queryOf = (value: string): string => (value === '-' ? '' : value);

function requestOf(field: Field, raw: (value: string) => string): LoggedRequest | undefined {
  const stem = field('cs-uri-stem');
  const query = field('cs-uri-query');
  const status = field('sc-status') ?? '';
  const at = Date.parse(`${field('date')}T${field('time')}Z`) / 1_000;
  const sound = stem?.startsWith('/') && /^[0-9]{3}$/.test(status) && !Number.isNaN(at);
  if (!sound || stem === undefined || query === undefined) return undefined;
  return {
    at,
    method: field('cs-method') ?? 'GET',
    uri: raw(stem),
    querystring: raw(queryOf(query)),
    status: Number(status),
    resultType: field('x-edge-result-type') ?? '',
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
 * Reads one line below the columns that were named last, if any were. Logs of several files may
 * have been joined, so columns may change on the way. Never throws.
 */
export function readAccessLine(line: string, columns: Columns | undefined): AccessLine {
  if (line.startsWith('#')) return readDirective(line);
  if (line.trim() === '') return 'remark';
  const request = line.startsWith('{') ? readObject(line) : columns && readRow(line, columns);
  return request === undefined ? 'unreadable' : { request };
}
