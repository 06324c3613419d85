import { fileName } from '../../operator/file-failure.ts';
import {
  readUpload,
  type StoredSource,
  type StoredWatermark,
  upload,
} from '../../operator/sources/upload.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { quoteForShell } from '../print/shell-command.ts';

type Options = CommonOptions & { readonly focus?: string };

function printStored(stored: StoredSource | StoredWatermark): string {
  const { tenant, bytes } = stored;
  if ('watermark' in stored)
    return `Stored watermark ${stored.watermark} of ${tenant}. Next: npx signet mint ${tenant} PATH watermark,i_${stored.watermark}`;
  const { path, contentType } = stored;
  return `Stored ${tenant}/${path} (${contentType}, ${bytes} bytes). Next: npx signet mint ${tenant} ${quoteForShell(path)} resize,w_640`;
}

async function put(tenant: string, path: string, file: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { focus } = options;
    const readBytes = () => readUpload(file);
    const stored = await upload(open, { tenant, path, focus, name: fileName(file), readBytes });
    return { text: printStored(stored), json: stored };
  });
}

export const putCommand = command(
  'put <tenant> <path> <file>',
  'Upload a source, or a watermark as _watermarks/ID.png; the file - is stdin',
)
  .option('--focus <x,y>', 'the focal point in percent, for resize,m_fill,g_focus')
  .action(put);
