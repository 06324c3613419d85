import type { IncomingMessage } from 'node:http';
import { usageFailure } from '../../operator/failure.ts';

/** Reads a body. Throws `usage` if it has more than `most` bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > most) throw usageFailure(`the request is larger than ${most} bytes; send less`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Reads a body of JSON. Throws `usage` for other text. */
export async function readJsonBody(request: IncomingMessage, most: number): Promise<unknown> {
  const text = (await readBody(request, most)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw usageFailure('the request is not JSON');
  }
}
