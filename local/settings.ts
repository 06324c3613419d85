import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPort, lastPort, readCdnPort } from '../shared/deployment/local-endpoints.ts';
import { type SourceType, sourceTypes } from '../shared/operations/image-type.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import { isOrigin } from '../shared/url/origin.ts';
import { readSources } from './source-settings.ts';
import { StartFailure } from './start-failure.ts';

export type LocalSettings = {
  /** The state folder. */
  readonly home: string;
  /** The port of the CDN. The other services use the next ports. 0 chooses free ports. */
  readonly port: number;
  readonly host: string;
  /** Further host names that the services answer to. Default: none. */
  readonly hosts?: readonly string[];
  /** The origins of the web pages that may call the S3 port. Default: `localOrigins`. */
  readonly origins?: readonly string[];
  /** The pages that may use credentials, as `corsOrigins` of a deployment. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Buckets that are not Signet's own, as `sources` of a deployment. Default: none. */
  readonly sources?: SourceEntries;
  /** The types of sources that are not drawn, as `disabledFormats` of a deployment. Default: none. */
  readonly disabledFormats?: readonly SourceType[];
  /** The program of the console. Default: none is started. */
  readonly console?: string;
  /** The folder with the code of the functions. Default: they are bundled from the sources. */
  readonly prebuilt?: string;
  /** The round trip between the functions and S3 or Secrets Manager, in milliseconds. Default: none. */
  readonly rttMs?: number;
  /** The number of edge locations. With more than one, they share a shield. Default: 1. */
  readonly locations?: number;
  /** The executions of functions that a location runs at once. Default: `lambdaConcurrency`. */
  readonly concurrency?: number;
};

function readPort(text: string): number {
  const port = readCdnPort(text);
  if (port === undefined)
    throw new StartFailure(
      `SIGNET_PORT is "${text}"; give a port from 1 to ${lastPort}: SIGNET_PORT=${defaultPort} npm start`,
    );
  return port;
}

const label = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
const name = `(?:${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])`;
const hostForm = new RegExp(`^(?:\\*\\.)?${name}$`);
const pageForm = new RegExp(`^https?://${name}(?::(?:[0-9]{1,5}|\\*))?$`);

/** The variables that are lists, separated by commas. */
const lists = {
  SIGNET_HOSTS: {
    isValid: (text: string) => hostForm.test(text),
    expects: 'a host name without a port: SIGNET_HOSTS=signet,192.168.1.5 npm start',
  },
  SIGNET_ORIGINS: {
    isValid: (text: string) => pageForm.test(text),
    expects: `an origin, whose port may be *: SIGNET_ORIGINS='http://localhost:*' npm start`,
  },
  SIGNET_CORS_ORIGINS: {
    isValid: isOrigin,
    expects: 'the exact origin of a page: SIGNET_CORS_ORIGINS=http://localhost:3000 npm start',
  },
} as const;

/** Reads a list. Returns undefined for a variable that is not set. */
function readList(
  variable: keyof typeof lists,
  text: string | undefined,
): readonly string[] | undefined {
  if (!text) return undefined;
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
  const { isValid, expects } = lists[variable];
  const wrong = entries.find((entry) => !isValid(entry));
  if (wrong !== undefined)
    throw new StartFailure(`${variable} has the entry "${wrong}"; each entry is ${expects}`);
  return entries;
}

function readDisabledFormats({ SIGNET_DISABLED_FORMATS: text }: NodeJS.ProcessEnv) {
  if (!text) return {};
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const known = names.map((name) => sourceTypes.find((type) => type === name));
  const disabledFormats = known.filter((type) => type !== undefined);
  if (disabledFormats.length === names.length) return { disabledFormats };
  const wrong = names[known.indexOf(undefined)];
  throw new StartFailure(
    `SIGNET_DISABLED_FORMATS has the entry "${wrong}"; each entry is one of ${sourceTypes.join(', ')}: SIGNET_DISABLED_FORMATS=gif,webp npm start`,
  );
}

function readLists(environment: NodeJS.ProcessEnv) {
  const [hosts, origins, corsOrigins] = [
    readList('SIGNET_HOSTS', environment['SIGNET_HOSTS']),
    readList('SIGNET_ORIGINS', environment['SIGNET_ORIGINS']),
    readList('SIGNET_CORS_ORIGINS', environment['SIGNET_CORS_ORIGINS']),
  ];
  return {
    ...(hosts === undefined ? {} : { hosts }),
    ...(origins === undefined ? {} : { origins }),
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
  };
}

/** The variables that are whole numbers. */
const numbers = {
  SIGNET_RTT_MS: { least: 0, most: 5_000, expects: 'milliseconds', example: 230 },
  SIGNET_LOCATIONS: { least: 1, most: 16, expects: 'a number of edge locations', example: 4 },
  SIGNET_CONCURRENCY: { least: 1, most: 1_000, expects: 'a number of executions', example: 10 },
} as const;

/** Reads a whole number. Returns undefined for a variable that is not set. */
function readNumber(
  variable: keyof typeof numbers,
  { [variable]: text }: NodeJS.ProcessEnv,
): number | undefined {
  if (!text) return undefined;
  const { least, most, expects, example } = numbers[variable];
  const number = /^(?:0|[1-9][0-9]{0,3})$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new StartFailure(
    `${variable} is "${text}"; give ${expects} from ${least} to ${most}: ${variable}=${example} npm start`,
  );
}

function readNumbers(environment: NodeJS.ProcessEnv) {
  const rttMs = readNumber('SIGNET_RTT_MS', environment);
  const locations = readNumber('SIGNET_LOCATIONS', environment);
  const concurrency = readNumber('SIGNET_CONCURRENCY', environment);
  return {
    ...(rttMs === undefined ? {} : { rttMs }),
    ...(locations === undefined ? {} : { locations }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** The published package sets this variable, because it has neither the sources nor a bundler. */
function readPrebuilt({ SIGNET_FUNCTIONS: folder }: NodeJS.ProcessEnv) {
  return folder ? { prebuilt: path.resolve(folder) } : {};
}

/** `bin/` names the program; `off` starts none, as in a container, whose 127.0.0.1 nobody reaches. */
function readConsole({ SIGNET_CONSOLE: program }: NodeJS.ProcessEnv) {
  return program && program !== 'off' ? { console: path.resolve(program) } : {};
}

/** Reads the SIGNET_… variables of the local stack. An empty variable counts as not set. */
export function readLocalSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const clone = fileURLToPath(new URL('..', import.meta.url));
  return {
    home: path.resolve(environment['SIGNET_HOME'] || path.join(clone, '.signet')),
    port: readPort(environment['SIGNET_PORT'] || String(defaultPort)),
    host: environment['SIGNET_BIND'] || '127.0.0.1',
    ...readLists(environment),
    ...readNumbers(environment),
    ...readDisabledFormats(environment),
    ...readSources(environment),
    ...readPrebuilt(environment),
    ...readConsole(environment),
  };
}
