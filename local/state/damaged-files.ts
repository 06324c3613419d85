import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { readHead } from '../s3/objects/object-file.ts';
import { secretSchema } from '../secrets/secret.ts';

/* Files of the state folder that nothing can read, such as after a fault of the disk. */

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
}

const checkSecret = async (file: string): Promise<void> => {
  v.parse(secretSchema, JSON.parse(await readFile(file, 'utf8')));
};

async function isDamaged(check: (file: string) => Promise<unknown>, file: string) {
  return check(file).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === undefined,
  );
}

/**
 * Moves damaged secrets and damaged objects of a bucket to `quarantine/` in the state folder. Returns their new places.
 * Temporary files, which the next start removes, are left alone.
 */
export async function moveDamagedFiles(home: string, bucket: string): Promise<readonly string[]> {
  const secrets = (await filesBelow(path.join(home, 'secrets'))).filter((one) =>
    one.endsWith('.json'),
  );
  const objects = await filesBelow(path.join(home, 's3', 'buckets', bucket));
  const day = new Date().toISOString().replaceAll(':', '-');
  const moved: string[] = [];
  const move = async (file: string): Promise<void> => {
    const target = path.join(home, 'quarantine', day, path.relative(home, file));
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rename(file, target);
    moved.push(target);
  };
  for (const file of secrets) if (await isDamaged(checkSecret, file)) await move(file);
  for (const file of objects) if (await isDamaged(readHead, file)) await move(file);
  return moved;
}
