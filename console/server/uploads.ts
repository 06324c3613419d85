import type { IncomingMessage, ServerResponse } from 'node:http';
import { upload } from '../../operator/sources/upload.ts';
import { limits } from '../../shared/limits.ts';
import { sendFailure, sendJson } from './answer.ts';
import type { CallContext } from './call.ts';
import { readBody } from './request-body.ts';

/** Answers `POST /upload?tenant=…&path=…`: stores the body as `signet put` does. */
export async function receiveUpload(
  { open, target }: CallContext,
  request: IncomingMessage,
  response: ServerResponse,
  { searchParams }: URL,
): Promise<void> {
  const path = searchParams.get('path') ?? '';
  try {
    const stored = await upload(open, {
      tenant: searchParams.get('tenant') ?? '',
      path,
      focus: searchParams.get('focus') ?? undefined,
      name: path,
      readBytes: () => readBody(request, limits.sourceBytes),
    });
    sendJson(response, 200, stored);
  } catch (thrown) {
    sendFailure(response, thrown, target === 'local');
  }
}
