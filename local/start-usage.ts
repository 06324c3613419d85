import { defaultPort } from '../shared/deployment/local-endpoints.ts';

const usage = `Usage: npm start, or npx signet-start

Runs Signet on this machine: the CDN with both functions, S3, Secrets Manager and a tenant "demo" with sample
images. It takes no arguments. These variables change it:

  SIGNET_PORT          the port of the CDN; the other services use the next ones (default: ${defaultPort})
  SIGNET_HOME          the state folder
  SIGNET_BIND          the address to listen on (default: 127.0.0.1)
  SIGNET_HOSTS         further host names that it answers to
  SIGNET_ORIGINS       the web pages that may call its S3
  SIGNET_CORS_ORIGINS  the web pages that may read images with a cookie
  SIGNET_SOURCES       a file that lists buckets with sources, besides its own
  SIGNET_DISABLED_FORMATS
                       the types of sources that are refused
  SIGNET_CONSOLE=off   starts no console
  SIGNET_RTT_MS, SIGNET_LOCATIONS, SIGNET_CONCURRENCY
                       distance to S3, edge locations, and executions at once

Example: SIGNET_PORT=9000 npm start
docs/commands.md describes every variable.
`;

/** Answers an argument of the start command: `--help` with the usage, all others with exit code 2. */
export function printUsage(argument: string): void {
  if (['--help', '-h', 'help'].includes(argument)) {
    process.stdout.write(usage);
    return;
  }
  console.error(
    `npm start takes no argument "${argument}"; its settings are variables: npm start -- --help`,
  );
  process.exitCode = 2;
}
