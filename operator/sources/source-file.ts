import { createReadStream } from 'node:fs';
import { nodeInflate } from '../../shared/adapters/inflate.ts';
import { describeForeign } from '../../shared/inspect/foreign/foreign-source.ts';
import { inspect } from '../../shared/inspect/inspect.ts';
import { limits } from '../../shared/limits.ts';
import { type SourceType, sniff } from '../../shared/operations/image-type.ts';
import { asRefusal, type RefusalCode } from '../../shared/refusal.ts';
import { OperatorFailure } from '../failure.ts';
import { fileName, unreadableFile } from '../file-failure.ts';

/** Reads a file, or stdin for `-`. It stops at the size limit, because a pipe may never end. */
export async function readUpload(file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > limits.sourceBytes) throw tooLarge(file);
    }
  } catch (thrown) {
    if (thrown instanceof OperatorFailure) throw thrown;
    throw unreadableFile(file, thrown);
  }
  return Buffer.concat(chunks, size);
}

/** The failure for a file above the limit for sources. */
export function tooLarge(file: string): OperatorFailure {
  return new OperatorFailure(
    'source_too_large',
    `${fileName(file)} is larger than ${limits.sourceBytes} bytes, the limit for a source`,
  );
}

/** A file that can never be served, whatever the URL asks for. */
const refusedFile = (code: RefusalCode, reason: string): OperatorFailure =>
  new OperatorFailure(code, `${reason}; nothing was uploaded`);

/**
 * Refuses a file that the edge would refuse for every recipe. Only the first frame counts: some recipes draw
 * no more of an animation.
 */
function checkStructure(name: string, type: SourceType, bytes: Uint8Array): void {
  try {
    inspect(type, bytes, { frames: 1, inflate: nodeInflate });
  } catch (thrown) {
    const { code, detail } = asRefusal(thrown);
    throw refusedFile(code, `${name} cannot be drawn: ${detail.reason}`);
  }
}

/** The type, from the first bytes. File names are not trusted. Throws `source_…` for a file that can never be served. */
export function detectType(name: string, bytes: Uint8Array): SourceType {
  const type = sniff(bytes);
  if (type === undefined)
    throw refusedFile('source_unsupported', describeForeign(name, bytes, name));
  checkStructure(name, type, bytes);
  return type;
}

/** Throws `source_…` for a file that can be no watermark. */
export function checkWatermark(name: string, bytes: Uint8Array): void {
  if (sniff(bytes) !== 'png')
    throw refusedFile('source_unsupported', describeForeign(name, bytes, name, 'a PNG'));
  if (bytes.length > limits.watermarkBytes)
    throw refusedFile(
      'source_unsupported',
      `${name} is larger than ${limits.watermarkBytes} bytes, the limit for a watermark`,
    );
  checkStructure(name, 'png', bytes);
}
