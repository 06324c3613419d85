import { readFileSync, writeFileSync } from 'node:fs';
import { encodings } from './vectors/encodings.ts';
import { grants } from './vectors/grants.ts';
import { hostile } from './vectors/hostile.ts';
import { signatures } from './vectors/signatures.ts';

/*
 * Writes the vectors that signers in other languages are held to, from the code that the service
 * runs: node --import tsx build/vectors.ts. With --check it writes nothing and fails where they differ.
 */

const files: Readonly<Record<string, () => string | Promise<string>>> = {
  signatures,
  encodings,
  grants,
  hostile,
};

const folder = new URL('../client/vectors/', import.meta.url);

function current(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const check = process.argv.includes('--check');
for (const [name, write] of Object.entries(files)) {
  const file = new URL(`${name}.json`, folder);
  const fresh = await write();
  if (fresh === current(file)) continue;
  if (!check) writeFileSync(file, fresh);
  else {
    console.error(
      `client/vectors/${name}.json is out of date; run: node --import tsx build/vectors.ts`,
    );
    process.exitCode = 1;
  }
}
