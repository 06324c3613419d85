import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPort } from '../shared/deployment/local-endpoints.ts';

export type LocalSettings = {
  /** Where the state lies. */
  readonly home: string;
  /** Of the CDN; the others follow it. 0 takes any free ports. */
  readonly port: number;
  readonly host: string;
};

/** Something that the person at the keyboard can put right: printed without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

const portForm = /^(?:0|[1-9][0-9]{0,4})$/;
/** The last service listens four above the first. */
const lastPort = 65_531;

function readPort(text: string): number {
  const port = portForm.test(text) ? Number(text) : Number.NaN;
  if (!(port <= lastPort))
    throw new StartFailure(
      `SIGNET_PORT is "${text}"; give a port from 1 to ${lastPort}: SIGNET_PORT=${defaultPort} npm start`,
    );
  return port;
}

/** Reads SIGNET_HOME, SIGNET_PORT and SIGNET_BIND. An empty variable is one that is not set. */
export function readLocalSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const clone = fileURLToPath(new URL('..', import.meta.url));
  return {
    home: path.resolve(environment['SIGNET_HOME'] || path.join(clone, '.signet')),
    port: readPort(environment['SIGNET_PORT'] || String(defaultPort)),
    host: environment['SIGNET_BIND'] || '127.0.0.1',
  };
}
