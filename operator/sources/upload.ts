import { createReadStream } from 'node:fs';
import { nodeInflate } from '../../shared/adapters/inflate.ts';
import { describeForeign } from '../../shared/inspect/foreign/foreign-source.ts';
import { inspect } from '../../shared/inspect/inspect.ts';
import { limits } from '../../shared/limits.ts';
import { purgeSource, type SourceName } from '../../shared/objects/purge.ts';
import { ownSourceKey, parseFocus } from '../../shared/objects/sources.ts';
import { imageTypes, type SourceType, sniff } from '../../shared/operations/image-type.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import type { ChosenSource } from '../../shared/policy/source-place.ts';
import { asRefusal, malformed, type RefusalCode } from '../../shared/refusal.ts';
import { pathFault, watermarkKey } from '../../shared/url/path.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { fileName, unreadableFile } from '../file-failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { OpenInstallation } from '../target/target.ts';

export type UploadRequest = {
  readonly tenant: string;
  /** A source path, or `_watermarks/ID.png`. */
  readonly path: string;
  /** The focal point of a source as two percentages, such as `30,70`. */
  readonly focus?: string | undefined;
  /** What the bytes are called in error messages. */
  readonly name: string;
  readonly readBytes: () => Promise<Uint8Array>;
};

export type StoredWatermark = {
  readonly tenant: string;
  readonly watermark: string;
  readonly bytes: number;
};

export type StoredSource = {
  readonly tenant: string;
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  /** How many derivatives of the earlier source were deleted. */
  readonly purged: number;
};

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

function tooLarge(file: string): OperatorFailure {
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

/** The content type, from the first bytes. File names are not trusted. */
function detectType(name: string, bytes: Uint8Array): string {
  const type = sniff(bytes);
  if (type === undefined)
    throw refusedFile('source_unsupported', describeForeign(name, bytes, name));
  checkStructure(name, type, bytes);
  return imageTypes[type].contentType;
}

function readFocus(focus: string | undefined): Record<string, string> {
  if (focus === undefined) return {};
  if (parseFocus(focus) === undefined)
    throw usageFailure(`the focal point is "${focus}"; write two whole percentages, such as 30,70`);
  return { focus };
}

function checkWatermark(name: string, bytes: Uint8Array): void {
  if (sniff(bytes) !== 'png')
    throw refusedFile('source_unsupported', describeForeign(name, bytes, name, 'a PNG'));
  if (bytes.length > limits.watermarkBytes)
    throw refusedFile(
      'source_unsupported',
      `${name} is larger than ${limits.watermarkBytes} bytes, the limit for a watermark`,
    );
  checkStructure(name, 'png', bytes);
}

/**
 * Stores a watermark. It cannot be replaced, because images that show it would stay as they are: a changed
 * watermark needs a new id.
 */
async function uploadWatermark(
  open: OpenInstallation,
  id: string,
  { tenant, name, readBytes }: UploadRequest,
): Promise<StoredWatermark> {
  const bytes = await readBytes();
  checkWatermark(name, bytes);
  const installation = await open();
  await policyOf(installation, tenant);
  const options = { contentType: 'image/png', only: 'absent' } as const;
  if ((await installation.sources.put(watermarkKey(tenant, id), bytes, options)) === 'taken')
    throw new OperatorFailure(
      'conflict',
      `${tenant} already has a watermark ${id}; choose another id`,
    );
  return { tenant, watermark: id, bytes: bytes.length };
}

/** The key in Signet's own bucket. Throws `foreign_source` if the policy reads another one. */
function ownKey({ tenant, path }: SourceName, source: ChosenSource): string {
  const { from } = source;
  if (from !== undefined)
    throw new OperatorFailure(
      'foreign_source',
      `the sources of ${tenant} are in "${from}", a bucket that Signet only reads; upload ${path} there with its owner's tools; nothing was uploaded`,
    );
  return ownSourceKey({ tenant, path }, source);
}

async function uploadSource(
  open: OpenInstallation,
  { tenant, path, focus, name, readBytes }: UploadRequest,
): Promise<StoredSource> {
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
  const metadata = readFocus(focus);
  const bytes = await readBytes();
  const contentType = detectType(name, bytes);
  const installation = await open();
  const { source } = await policyOf(installation, tenant);
  const key = ownKey({ tenant, path }, source);
  await installation.sources.put(key, bytes, { contentType, metadata });
  const purged = await purgeSource(installation, { tenant, path });
  return { tenant, path, contentType, bytes: bytes.length, purged };
}

/**
 * Stores a source and purges its derivatives, or stores a watermark. Throws `malformed`, `usage`,
 * `source_…` for a file that can never be served, `foreign_source` for a tenant whose sources are in a bucket that is
 * not Signet's own, `conflict`, and what `readBytes` throws.
 */
export async function upload(
  open: OpenInstallation,
  request: UploadRequest,
): Promise<StoredSource | StoredWatermark> {
  const { path } = request;
  const id = watermarkIdIn(path);
  if (id !== undefined) return uploadWatermark(open, id, request);
  if (isWatermarkScope(path))
    throw malformed(
      `${path} is not _watermarks/ID.png; an ID has up to 64 letters, digits, dots and hyphens`,
    );
  return uploadSource(open, request);
}
