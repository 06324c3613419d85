import { createReadStream } from 'node:fs';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { policyOf } from '../../operator/keys/signer.ts';
import { fileName, unreadableFile } from '../../operator/policy-files/unreadable-file.ts';
import type { Installation } from '../../operator/target/target.ts';
import { limits } from '../../shared/limits.ts';
import { purgeSource } from '../../shared/objects/purge.ts';
import { imageTypes, sniff } from '../../shared/operations/image-type.ts';
import { malformed } from '../../shared/refusal.ts';
import { pathFault, sourceKey, watermarkKey } from '../../shared/url/path.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';

type Options = CommonOptions & { readonly focus?: string };

/** Reads no further than a source may be large: a pipe may never end. */
async function readBytes(file: string): Promise<Uint8Array> {
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
    `${fileName(file)} has more than ${limits.sourceBytes} bytes, the most that a source may have`,
  );
}

/** The name says nothing: the first bytes do. */
function typeOf(file: string, bytes: Uint8Array): string {
  const type = sniff(bytes);
  if (type === undefined)
    throw new OperatorFailure(
      'source_unsupported',
      `${fileName(file)} is not a JPEG, PNG, WebP or GIF; nothing was uploaded`,
    );
  return imageTypes[type].contentType;
}

/** As one word of a shell. */
const quotePath = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

function metadataFor(focus: string | undefined): Record<string, string> {
  if (focus === undefined) return {};
  if (!/^(?:100|[1-9]?[0-9]),(?:100|[1-9]?[0-9])$/.test(focus))
    throw usageFailure(`--focus is "${focus}"; write two whole per cents, such as 30,70`);
  return { focus };
}

/** `_watermarks/ID.png`, as the operation finds it. */
const watermarkPath = /^_watermarks\/([A-Za-z0-9][A-Za-z0-9.-]{0,63})\.png$/;

/**
 * A watermark is written once: images that have been made with it are found by no purge, so
 * another one gets another id.
 */
async function putWatermark(
  tenant: string,
  id: string,
  file: string,
  open: () => Promise<Installation>,
): Promise<Result> {
  const bytes = await readBytes(file);
  if (sniff(bytes) !== 'png' || bytes.length > limits.watermarkBytes)
    throw new OperatorFailure(
      'source_unsupported',
      `${file} is not a PNG of ${limits.watermarkBytes} bytes at most; nothing was uploaded`,
    );
  const target = await open();
  await policyOf(target, tenant);
  const options = { contentType: 'image/png', only: 'absent' } as const;
  if ((await target.sources.put(watermarkKey(tenant, id), bytes, options)) === 'taken')
    throw new OperatorFailure('conflict', `${tenant} has a watermark ${id}; choose another id`);
  const text = `Stored watermark ${id} of ${tenant}. Next: npx signet mint ${tenant} PATH watermark,i_${id}`;
  return { text, json: { tenant, watermark: id, bytes: bytes.length } };
}

async function put(tenant: string, path: string, file: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const [, id] = watermarkPath.exec(path) ?? [];
    if (id !== undefined) return putWatermark(tenant, id, file, open);
    if (path.startsWith('_watermarks/'))
      throw malformed(
        `${path} is not _watermarks/ID.png; an ID has letters, digits, dots and hyphens, 64 at most`,
      );
    const fault = pathFault(path);
    if (fault !== undefined) throw malformed(fault);
    const metadata = metadataFor(options.focus);
    const bytes = await readBytes(file);
    const contentType = typeOf(file, bytes);
    const target = await open();
    await policyOf(target, tenant);
    await target.sources.put(sourceKey({ tenant, path }), bytes, { contentType, metadata });
    const purged = await purgeSource(target, { tenant, path });
    const text = `Stored ${tenant}/${path} (${contentType}, ${bytes.length} bytes). Next: npx signet mint ${tenant} ${quotePath(path)} resize,w_640`;
    return { text, json: { tenant, path, contentType, bytes: bytes.length, purged } };
  });
}

export const putCommand = command(
  'put <tenant> <path> <file>',
  'Upload a source, or a watermark as _watermarks/ID.png; - reads it from stdin',
)
  .option('--focus <x,y>', 'its focal point in per cent, for resize,m_fill,g_focus')
  .action(put);
