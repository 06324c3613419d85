import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { imageTypes, sniff } from '../../shared/image-type.ts';
import { limits } from '../../shared/limits.ts';
import { Refusal } from '../../shared/refusal.ts';
import { purgeSource } from '../../shared/stores/purge.ts';
import { pathFault, sourceKey } from '../../shared/target.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { CommandFailure, usage } from '../failure.ts';
import { policyOf } from '../signer.ts';

type Options = CommonOptions & { readonly focus?: string };

async function readBytes(file: string): Promise<Uint8Array> {
  if (file === '-') return buffer(process.stdin);
  try {
    const { size } = await stat(file);
    if (size > limits.sourceBytes) throw tooLarge(file, size);
    return await readFile(file);
  } catch (thrown) {
    if (thrown instanceof CommandFailure) throw thrown;
    const { code } = thrown as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new CommandFailure('unreadable_file', `${file} ${why}`);
  }
}

function tooLarge(file: string, size: number): CommandFailure {
  return new CommandFailure(
    'source_too_large',
    `${file} has ${size} bytes; a source has ${limits.sourceBytes} at most`,
  );
}

/** The name says nothing: the first bytes do. */
function typeOf(file: string, bytes: Uint8Array): string {
  const type = sniff(bytes);
  if (type === undefined)
    throw new CommandFailure(
      'source_unsupported',
      `${file} is not a JPEG, PNG, WebP or GIF; nothing was uploaded`,
    );
  return imageTypes[type].contentType;
}

function metadataFor(focus: string | undefined): Record<string, string> {
  if (focus === undefined) return {};
  if (!/^(?:100|[1-9]?[0-9]),(?:100|[1-9]?[0-9])$/.test(focus))
    throw usage(`--focus is "${focus}"; write two whole per cents, such as 30,70`);
  return { focus };
}

async function put(tenant: string, path: string, file: string, options: Options): Promise<void> {
  await run(options, async (open) => {
    const fault = pathFault(path);
    if (fault !== undefined) throw new Refusal('malformed', fault);
    const metadata = metadataFor(options.focus);
    const bytes = await readBytes(file);
    if (bytes.length > limits.sourceBytes) throw tooLarge(file, bytes.length);
    const contentType = typeOf(file, bytes);
    const target = open();
    await policyOf(target, tenant);
    await target.sources.put(sourceKey({ tenant, path }), bytes, { contentType, metadata });
    const purged = await purgeSource({ crypto: nodeCrypto, ...target }, { tenant, path });
    const text = `Stored ${tenant}/${path} (${contentType}, ${bytes.length} bytes). Next: signet mint ${tenant} '${path}' resize,w_640`;
    return { text, json: { tenant, path, contentType, bytes: bytes.length, purged } };
  });
}

export const putCommand = command(
  'put <tenant> <path> <file>',
  'Upload a source; - reads it from stdin',
)
  .option('--focus <x,y>', 'its focal point in per cent, for resize,m_fill,g_focus')
  .action(put);
