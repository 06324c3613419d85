import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPort } from '../shared/deployment/local-endpoints.ts';
import { parseOrigins } from './http/origins.ts';

export type LocalSettings = {
  /** The state folder. */
  readonly home: string;
  /** The port of the CDN. The other services use the next ports. 0 chooses free ports. */
  readonly port: number;
  readonly host: string;
  /** The origins of web pages that may use S3. */
  readonly origins: readonly string[];
};

/** An error that the user can correct. The message is printed without a stack trace. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

const portForm = /^(?:0|[1-9][0-9]{0,4})$/;
/** The last service uses the port of the first plus four. */
const lastPort = 65_531;

function readPort(text: string): number {
  const port = portForm.test(text) ? Number(text) : Number.NaN;
  if (!(port <= lastPort))
    throw new StartFailure(
      `SIGNET_PORT is "${text}"; give a port from 1 to ${lastPort}: SIGNET_PORT=${defaultPort} npm start`,
    );
  return port;
}

/** Pages that a developer serves on this machine. */
const defaultOrigins = 'http://localhost:*,http://127.0.0.1:*';

function readOrigins(text: string): readonly string[] {
  const parsed = parseOrigins(text);
  if ('origins' in parsed) return parsed.origins;
  throw new StartFailure(
    `SIGNET_ORIGINS contains "${parsed.invalid}"; list origins such as http://localhost:* or https://app.example.test, separated by commas`,
  );
}

/** Reads SIGNET_HOME, SIGNET_PORT, SIGNET_BIND and SIGNET_ORIGINS. An empty variable counts as not set. */
export function readLocalSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const clone = fileURLToPath(new URL('..', import.meta.url));
  return {
    home: path.resolve(environment['SIGNET_HOME'] || path.join(clone, '.signet')),
    port: readPort(environment['SIGNET_PORT'] || String(defaultPort)),
    host: environment['SIGNET_BIND'] || '127.0.0.1',
    origins: readOrigins(environment['SIGNET_ORIGINS'] || defaultOrigins),
  };
}
