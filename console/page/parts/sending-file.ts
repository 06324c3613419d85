import { limits } from '../../../shared/limits.ts';
import type { CallFailure } from '../../server/calls.ts';
import { CallError } from '../call.ts';

export type SentFile = {
  readonly tenant: string;
  readonly path: string;
  readonly file: File;
  /** Called with the part that is sent, from 0 to 1. */
  readonly onProgress?: (part: number) => void;
  readonly signal?: AbortSignal;
};

function failureOf(request: XMLHttpRequest): CallError {
  try {
    const { error, message } = JSON.parse(request.responseText) as CallFailure;
    return new CallError(error, message);
  } catch {
    return new CallError('internal', request.responseText.trim() || 'The console does not answer.');
  }
}

/** Stores a file as a source, as `signet put` does. Returns why no image is made of it, if that is so. Throws `CallError`. */
export function sendFile(sent: SentFile): Promise<string | undefined> {
  const { file, onProgress, path, signal, tenant } = sent;
  if (file.size > limits.sourceBytes)
    throw new CallError(
      'source_too_large',
      `${path} has ${Math.ceil(file.size / 1e6)} MB; a source has at most ${Math.floor(limits.sourceBytes / 1e6)} MB`,
    );
  // fetch does not say how far an upload has come.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open('POST', `/upload?${new URLSearchParams({ tenant, path })}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded / total);
    request.onerror = () => reject(failureOf(request));
    request.onabort = () => reject(new CallError('interrupted', 'stopped'));
    request.onload = () => {
      if (request.status !== 200) return reject(failureOf(request));
      const { warning } = JSON.parse(request.responseText) as { warning?: string | null };
      resolve(warning ?? undefined);
    };
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
