import { accessLogHead } from '../../../../local/cloudfront/access-log/access-line.ts';

/** The fields of a standard log, as the example of AWS names them. */
export const documentedFields =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end';

/** The values of a line by the names of its fields. Throws if it has another number of fields. */
export function valuesOf(line: string): Readonly<Record<string, string>> {
  const names = documentedFields.split(' ');
  const values = line.split('\t');
  if (values.length !== names.length) throw new Error(`${values.length} fields in ${line}`);
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}

/** The requests in the text of an access log, which must be complete. */
export function requestsIn(text: string): readonly Readonly<Record<string, string>>[] {
  if (!text.startsWith(accessLogHead) || !text.endsWith('\n'))
    throw new Error(`not whole: ${text}`);
  return text.slice(accessLogHead.length).split('\n').slice(0, -1).map(valuesOf);
}
