import { encodings } from './vectors/encodings.ts';
import { grants } from './vectors/grants.ts';
import { hostile } from './vectors/hostile.ts';
import { signatures } from './vectors/signatures.ts';

/** The vectors that signers in other languages are held to, from the code that the service runs. */
export async function vectorFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'client/vectors/signatures.json': await signatures(),
    'client/vectors/encodings.json': await encodings(),
    'client/vectors/grants.json': await grants(),
    'client/vectors/hostile.json': await hostile(),
  };
}
