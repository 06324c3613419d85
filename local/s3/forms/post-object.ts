import type { ObjectHead } from '../objects/object-file.ts';
import { createdHeaders, storeObject } from '../objects/put-object.ts';
import { parseTagging } from '../objects/tags.ts';
import type { Answer } from '../wire/answer.ts';
import { type BucketCall, type ObjectCall, objectUrl, requirePermission } from '../wire/call.ts';
import { createMeter } from '../wire/digests.ts';
import { maxBodyBytes } from '../wire/limits.ts';
import { type Payload, readChecksum } from '../wire/payload.ts';
import { S3Error } from '../wire/s3-error.ts';
import { refuseUnsupportedHeaders } from '../wire/stored-headers.ts';
import { checkKeyLength } from '../wire/target.ts';
import { textElement, xmlDocument } from '../wire/xml.ts';
import type { FormData } from './form-data.ts';
import { checkPostPolicy, type PostPolicy, parsePolicy } from './post-policy.ts';

const operation = 'POST Object';

/** Stores the file of a browser's form whose signature was verified, if its policy allows the form. */
export async function postObject(call: BucketCall, form: FormData): Promise<Answer> {
  const { fields, file } = form;
  const policy = parsePolicy(fields.get('policy') ?? '');
  checkPostPolicy(policy, fields, call.bucket.name, Date.now());
  const key = readKey(form);
  const headers = uploadHeaders(call.headers, fields);
  refuseUnsupportedHeaders(operation, headers);
  // Only the fields of the form count. A header such as If-None-Match would not be part of the upload.
  const upload = { ...call, headers, key };
  requirePermission(upload, 's3:PutObject', `${call.bucket.name}/${key}`);
  const head = await storeObject(upload, openFile(file.chunks, headers, policy), 'Post');
  return successAnswer(upload, fields, head);
}

function readKey({ fields, file }: FormData): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write the name of the file so
  const key = (fields.get('key') ?? '').replaceAll('${filename}', () => file.name);
  if (key === '') {
    throw new S3Error('InvalidArgument', 'The form needs a field key before its file.');
  }
  if (key.includes('\0')) throw new S3Error('InvalidURI');
  return checkKeyLength(key);
}

const plainFields = [
  'cache-control',
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];

/** The fields of a form as the headers that a PUT would have. */
function uploadHeaders(
  sent: ReadonlyMap<string, string>,
  fields: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const headers = new Map([['host', sent.get('host') ?? '']]);
  const credentials = ['algorithm', 'credential', 'date', 'signature'];
  for (const [name, value] of fields) {
    const isHeader =
      name.startsWith('x-amz-') && !credentials.includes(name.slice('x-amz-'.length));
    if (!isHeader && !plainFields.includes(name)) continue;
    // Stored headers are sent again later, so only what a header line may contain is allowed.
    if (!/^[\w.-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new S3Error('InvalidArgument', `The field ${name} is not a valid header.`);
    }
    headers.set(name, value);
  }
  const acl = fields.get('acl');
  if (acl !== undefined) headers.set('x-amz-acl', acl);
  const tagging = fields.get('tagging');
  const tags = tagging === undefined ? null : parseTagging(tagging);
  if (tags !== null) headers.set('x-amz-tagging', tags);
  return headers;
}

function openFile(
  chunks: AsyncIterable<Buffer>,
  headers: ReadonlyMap<string, string>,
  { sizes }: PostPolicy,
): Pick<Payload, 'chunks' | 'verify'> {
  const checksum = readChecksum(headers);
  const meter = createMeter({ algorithm: checksum?.name });
  const limit = Math.min(maxBodyBytes, sizes.max);
  return {
    chunks: meter.count(chunks, limit, () => new S3Error('EntityTooLarge')),
    verify: () => {
      if (meter.size() < sizes.min) throw new S3Error('EntityTooSmall');
      return meter.verify({ checksum });
    },
  };
}

/** What the form asks for: a redirect, 200, 201 with a document, or 204. */
function successAnswer(
  call: ObjectCall,
  fields: ReadonlyMap<string, string>,
  head: ObjectHead,
): Answer {
  const headers = { ...createdHeaders(head), location: objectUrl(call) };
  const redirect = redirectUrl(call, fields, head);
  if (redirect !== undefined) return { status: 303, headers: { ...headers, location: redirect } };
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const document = xmlDocument(
    'PostResponse',
    textElement('Location', objectUrl(call)),
    textElement('Bucket', call.bucket.name),
    textElement('Key', call.key),
    textElement('ETag', `"${head.etag}"`),
  );
  return {
    status: 201,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: document,
  };
}

/** As in S3, a redirect that is not a URL is ignored. */
function redirectUrl(
  { bucket, key }: ObjectCall,
  fields: ReadonlyMap<string, string>,
  { etag }: ObjectHead,
): string | undefined {
  const text = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.searchParams.set('bucket', bucket.name);
  url.searchParams.set('key', key);
  url.searchParams.set('etag', `"${etag}"`);
  return url.href;
}
