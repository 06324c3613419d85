import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder in which the local stack keeps its state: SIGNET_HOME, or `.signet` in the clone. */
export function stateFolder(): string {
  const clone = fileURLToPath(new URL('../..', import.meta.url));
  return path.resolve(process.env['SIGNET_HOME'] || path.join(clone, '.signet'));
}

/** Where the local stack writes the lines of both functions. */
export const edgeLogFile = (): string => path.join(stateFolder(), 'logs', 'edge.log');
