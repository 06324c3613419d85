import { encodings } from './vectors/encodings.ts';
import { grants } from './vectors/grants.ts';
import { hostile } from './vectors/hostile.ts';
import { signatures } from './vectors/signatures.ts';

/** The vector files for signers in other languages by path, made with the code of the service. */
export async function vectorFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'client/vectors/signatures.json': await signatures(),
    'client/vectors/encodings.json': await encodings(),
    'client/vectors/grants.json': await grants(),
    'client/vectors/hostile.json': await hostile(),
  };
}
