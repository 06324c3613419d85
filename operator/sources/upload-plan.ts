import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { limits } from '../../shared/limits.ts';
import { ownSourceKey } from '../../shared/objects/sources.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import type { ObjectDescription } from '../../shared/ports.ts';
import { pathFault, sourceKey } from '../../shared/url/path.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { OperatorFailure } from '../failure.ts';
import { fileName, unreadableFile } from '../file-failure.ts';
import type { Installation } from '../target/target.ts';
import { type AcceptedSources, findSourceWarning } from './accepted-source.ts';
import type { LocalFile, RefusedFile } from './local-files.ts';
import { checkWatermark, detectType, readUpload, tooLarge } from './source-file.ts';

/** A file with the path and the key that it gets. */
export type PlacedFile = {
  readonly file: string;
  readonly path: string;
  readonly key: string;
  readonly isWatermark: boolean;
};

/** A file that was read and can be served. */
export type ReadFile = {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly warning: string | undefined;
};

/** What an upload of a file would do. `same`: it is stored already. */
export type FilePlan = PlacedFile & {
  readonly state: 'new' | 'changed' | 'same';
  readonly size: number;
  readonly warning: string | undefined;
};

/** What every file of an upload shares. */
export type SetContext = {
  readonly installation: Installation;
  readonly tenant: string;
  readonly accepted: AcceptedSources;
  readonly focus: Readonly<Record<string, string>>;
};

const uploadFault = (path: string): string | undefined => {
  if (watermarkIdIn(path) !== undefined) return undefined;
  return isWatermarkScope(path)
    ? `would be ${path}, which is not _watermarks/ID.png; an ID has up to 64 letters, digits, dots and hyphens`
    : pathFault(path)?.replace(/^the path/, `would be ${path}, and the path`);
};

/** Gives each file its path. Files that would have an invalid path, or the same one, are refused. */
export function placeFiles(
  files: readonly LocalFile[],
  folder: string,
  { tenant, accepted }: Pick<SetContext, 'tenant' | 'accepted'>,
): { readonly placed: readonly PlacedFile[]; readonly refused: readonly RefusedFile[] } {
  const owners = new Map<string, string>();
  const placed: PlacedFile[] = [];
  const refused: RefusedFile[] = [];
  for (const { file, relative } of files) {
    const path = `${folder}${relative}`;
    const owner = owners.get(path);
    const fault =
      owner === undefined ? uploadFault(path) : `would be ${path}, and so would ${owner}`;
    const isWatermark = isWatermarkScope(path);
    const named = { tenant, path };
    const key = isWatermark ? sourceKey(named) : ownSourceKey(named, accepted.source);
    if (fault === undefined) placed.push({ file, path, key, isWatermark });
    else refused.push({ file, reason: fault });
    owners.set(path, file);
  }
  return { placed, refused };
}

/** Reads a file and checks that it can be served. Throws `source_…` and `unreadable_file`. */
export async function readChecked(
  { file, isWatermark }: PlacedFile,
  accepted: AcceptedSources,
): Promise<ReadFile> {
  const { size } = await stat(file).catch((thrown: unknown) => {
    throw unreadableFile(file, thrown);
  });
  if (size > limits.sourceBytes) throw tooLarge(file);
  const bytes = await readUpload(file);
  if (isWatermark) checkWatermark(fileName(file), bytes);
  const type = isWatermark ? 'png' : detectType(fileName(file), bytes);
  const warning = findSourceWarning(accepted, { type, bytes: bytes.length });
  return { bytes, contentType: imageTypes[type].contentType, warning };
}

/** The ETag of S3 is the MD5 of the bytes, unless KMS encrypts them or they came in parts. */
function isStored(
  stored: ObjectDescription,
  bytes: Uint8Array,
  focus: Readonly<Record<string, string>>,
): boolean {
  if (stored.bytes !== bytes.length) return false;
  if (focus['focus'] !== undefined && focus['focus'] !== stored.metadata['focus']) return false;
  return stored.etag === `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** Reads a file and compares it with what is stored. Throws as `readChecked` does, and `conflict`. */
export async function planFile(context: SetContext, placed: PlacedFile): Promise<FilePlan> {
  const { accepted, focus, installation, tenant } = context;
  const { bytes, warning } = await readChecked(placed, accepted);
  const stored = await installation.sources.describe(placed.key);
  const plan = { ...placed, size: bytes.length, warning };
  if (stored === 'missing') return { ...plan, state: 'new' };
  if (isStored(stored, bytes, placed.isWatermark ? {} : focus)) return { ...plan, state: 'same' };
  if (placed.isWatermark)
    throw new OperatorFailure(
      'conflict',
      `${placed.file} would replace ${placed.path} of ${tenant}, and a watermark cannot be replaced; choose another id`,
    );
  return { ...plan, state: 'changed' };
}
