import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The state folder of the local stack: SIGNET_HOME, or `.signet` in the repository. */
export function stateFolder(): string {
  const clone = fileURLToPath(new URL('../..', import.meta.url));
  return path.resolve(process.env['SIGNET_HOME'] || path.join(clone, '.signet'));
}

const logFile = (name: string): string => path.join(stateFolder(), 'logs', name);

/** The file to which the local stack writes the logs of both functions. */
export const edgeLogFile = (): string => logFile('edge.log');

/** The file to which the CDN of the local stack writes its access log. */
export const accessLogFile = (): string => logFile('access.log');
