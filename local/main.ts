import {
  localAddress,
  reachableHost,
  serveStateArgument,
} from '../shared/deployment/local-endpoints.ts';
import { seconds } from '../shared/ports.ts';
import { locationHeader } from './cloudfront/edge-location.ts';
import { type LocalConsole, startLocalConsole } from './console.ts';
import { demoLifetime, demoUrl } from './demo/page.ts';
import { type LocalSettings, readLocalSettings } from './settings.ts';
import { type Stack, startStack } from './stack.ts';
import { StartFailure } from './start-failure.ts';
import { printUsage } from './start-usage.ts';
import { describeDiskFault } from './state/disk-fault.ts';
import { openLog, type RotatingLog } from './state/log-file.ts';
import { serveStoppedState } from './stopped-state.ts';

/** The time to stop, in milliseconds. After it, or at a second Ctrl-C, the process exits at once. */
const patienceMs = 20_000;

/** A line for each setting that makes the stack larger or slower than one machine is. */
function describeScale({ rttMs = 0, locations = 1, concurrency }: LocalSettings): string {
  const lines = [
    rttMs > 0 && `Distance         ${rttMs} ms from the functions to S3 and Secrets Manager`,
    locations > 1 &&
      `Edge locations   ${locations} behind a shield; choose one with -H '${locationHeader}: 2'`,
    concurrency && `Concurrency      ${concurrency} executions at once in each location`,
  ];
  return lines.map((line) => (line ? `\n${line}` : '')).join('');
}

/** The address comes first: most people would rather look than read. */
function describeConsole(opened: LocalConsole): string {
  if (opened === undefined) return ' ';
  return 'failure' in opened
    ? ` The console did not start: ${opened.failure}. `
    : ` Open the console:\n\n  ${opened.address}\n\n`;
}

type Started = {
  readonly stack: Stack;
  readonly opened: LocalConsole;
  readonly log: RotatingLog;
  readonly milliseconds: number;
};

async function printBanner(
  settings: LocalSettings,
  { stack, opened, log, milliseconds }: Started,
): Promise<void> {
  const { ports, demo, accessLog } = stack;
  const host = reachableHost(stack.host);
  const address = localAddress(host, ports.cdn);
  const operations = ['resize,w_640', 'format,f_auto'];
  const exp = seconds(Date.now) + demoLifetime;
  const url = demoUrl(await demo(), address, 'alpine-lake.jpg', operations, exp);
  console.log(`Signet is ready (${(milliseconds / 1_000).toFixed(1)} s).${describeConsole(opened)}A signed URL, valid for ${demoLifetime / 86_400} days:

  curl -sLo lake.jpg '${url}'

Gallery          ${address}/
S3               ${localAddress(host, ports.s3)}   (access key signet, secret signet-local)
Secrets Manager  ${localAddress(host, ports.secretsManager)}
Log              ${log.path}
Access log       ${accessLog}${describeScale(settings)}

Try next:
  npx signet put demo hello.jpg ./your-photo.jpg
  npx signet mint demo hello.jpg resize,m_fill,w_400,h_300 format,f_webp
  npx signet explain 'URL'
Press Ctrl-C to stop. The data is kept.`);
}

/**
 * Calls `stop` when the parent process is gone. npm and npx exit at a signal without forwarding it, so a
 * process manager that stops them would leave this process running.
 */
function onOrphaned(stop: () => void): void {
  if (!['start', 'npx'].includes(process.env['npm_lifecycle_event'] ?? '')) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 500);
  watch.unref();
}

/** Stops the stack at the first signal. A second signal exits at once. */
function stopOnSignals(signals: readonly NodeJS.Signals[], stack: Stack, log: RotatingLog): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    console.error('Stopping after the requests in progress. Press Ctrl-C again to stop at once.');
    setTimeout(() => process.exit(1), patienceMs).unref();
    await stack.close();
    await log.close();
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, () => void stop());
  onOrphaned(() => void stop());
}

function explainFailure(thrown: unknown): string {
  if (thrown instanceof StartFailure) return thrown.message;
  const { code, message, path } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full; free some space and start again.';
  const fault = describeDiskFault(thrown);
  if (fault !== undefined) return `${path ?? 'The state folder'} cannot be written: ${fault}`;
  return `Signet could not start: ${message}`;
}

/** Says on the terminal that the state folder cannot be written, since the log cannot say it. */
const reportLog =
  ({ home }: LocalSettings) =>
  (thrown: unknown): void =>
    console.error(
      thrown === undefined
        ? `${home} can be written again.`
        : `${home} cannot be written, so changes are refused: ${describeDiskFault(thrown) ?? String(thrown)}`,
    );

/** Without a reader of its output, the stack goes on. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function start(): Promise<void> {
  const started = performance.now();
  const settings = readLocalSettings(process.env);
  let log: RotatingLog | undefined;
  const waiting: string[] = [];
  const write = (line: string): void => void (log ? log.write(line) : waiting.push(line));
  const [stack, opened] = await Promise.all([
    startStack(settings, write),
    startLocalConsole(settings),
  ]);
  log = await openLog(settings.home, 'edge.log', { onFault: reportLog(settings) });
  waiting.forEach(log.write);
  stopOnSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], stack, log);
  const milliseconds = performance.now() - started;
  await printBanner(settings, { stack, opened, log, milliseconds });
}

// Node would print the line of the bundle, which is the whole program.
process.on('uncaughtException', ({ message }) => {
  console.error(`Signet stopped because of an error: ${message}`);
  process.exit(1);
});

/** Serves the state folder to the command that has started this process, until that closes its pipe. */
async function serveState(backup: string | undefined): Promise<void> {
  const { home } = readLocalSettings(process.env);
  const { close, ...ports } = await serveStoppedState(home, backup);
  process.stdin.resume().once('close', () => void close().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify(ports)}\n`);
}

const [argument, backup] = process.argv.slice(2);
try {
  ignoreClosedOutput();
  if (argument === undefined) await start();
  else if (argument === serveStateArgument) await serveState(backup);
  else printUsage(argument);
} catch (thrown) {
  console.error(explainFailure(thrown));
  process.exit(1);
}
