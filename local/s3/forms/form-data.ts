import { type ByteReader, createByteReader } from '../wire/byte-reader.ts';
import { maxFormFieldBytes } from '../wire/limits.ts';
import { S3Error } from '../wire/s3-error.ts';

/** The fields before the file, by their names in lower case, and the file, which is not read yet. */
export type FormData = {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: {
    /** The last segment of the name that the browser sends. */
    readonly name: string;
    readonly chunks: AsyncIterable<Buffer>;
  };
};

type PartHeaders = { readonly name: string; readonly fileName: string };

/** Reads multipart/form-data (RFC 7578) up to its file. As in S3, fields after the file are ignored. */
export async function readFormData(
  contentType: string,
  source: AsyncIterable<Buffer>,
): Promise<FormData> {
  const delimiter = Buffer.from(`\r\n--${readBoundary(contentType)}`);
  const reader = createByteReader(withLineBreak(source));
  // What precedes the first delimiter is ignored.
  await readValue(reader.until(delimiter), maxFormFieldBytes);
  const fields = new Map<string, string>();
  let room = maxFormFieldBytes;
  for (;;) {
    await readDelimiterEnd(reader);
    const { name, fileName } = await readPartHeaders(reader);
    if (name === 'file')
      return { fields, file: { name: fileName, chunks: reader.until(delimiter) } };
    room -= name.length;
    const value = await readValue(reader.until(delimiter), room);
    room -= value.length;
    if (fields.has(name)) {
      throw new S3Error('InvalidArgument', `The field ${name} of the form is repeated.`);
    }
    fields.set(name, value.toString());
  }
}

/** The first delimiter needs no line break before it. */
async function* withLineBreak(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from('\r\n');
  yield* source;
}

function readBoundary(contentType: string): string {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw new S3Error('MalformedPOSTRequest');
  return boundary;
}

/** After a delimiter the line ends, or the form does. A form that ends here has no file. */
async function readDelimiterEnd(reader: ByteReader): Promise<void> {
  const rest = await reader.line(maxFormFieldBytes);
  if (rest.startsWith('--')) {
    throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.');
  }
  if (rest.trim() !== '') throw new S3Error('MalformedPOSTRequest');
}

async function readPartHeaders(reader: ByteReader): Promise<PartHeaders> {
  let disposition = '';
  let room = maxFormFieldBytes;
  for (;;) {
    const line = await reader.line(room);
    if (line === '') break;
    room -= line.length;
    const [, value] = /^content-disposition:\s*form-data\s*(;.*)$/i.exec(line) ?? [];
    disposition = value ?? disposition;
  }
  const name = readParameter(disposition, 'name');
  if (name === undefined) throw new S3Error('MalformedPOSTRequest');
  const fileName = readParameter(disposition, 'filename') ?? '';
  return { name: name.toLowerCase(), fileName: fileName.split(/[\\/]/).at(-1) ?? '' };
}

/** Browsers send UTF-8, and write a quote and line breaks as %22, %0D and %0A. */
function readParameter(disposition: string, name: string): string | undefined {
  const form = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i');
  const [, text] = form.exec(disposition) ?? [];
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString();
}

async function readValue(chunks: AsyncIterable<Buffer>, room: number): Promise<Buffer> {
  const read: Buffer[] = [];
  let size = 0;
  if (room < 0) throw new S3Error('MaxPostPreDataLengthExceededError');
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > room) throw new S3Error('MaxPostPreDataLengthExceededError');
    read.push(chunk);
  }
  return Buffer.concat(read);
}
