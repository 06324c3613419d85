import { localAddress } from '../shared/deployment/local-endpoints.ts';
import { demoUrl } from './demo/page.ts';
import { readLocalSettings, StartFailure } from './settings.ts';
import { type Stack, startStack } from './stack.ts';
import { openLog, type RotatingLog } from './state/log-file.ts';

/** A second Ctrl-C, or this many milliseconds, and nothing is waited for any longer. */
const patienceMs = 20_000;

async function greet({ host, ports, demo }: Stack, log: RotatingLog, milliseconds: number) {
  const address = localAddress(host, ports.cdn);
  const operations = ['resize,w_640', 'format,f_auto'];
  const url = demoUrl(await demo(), address, 'alpine-lake.jpg', operations);
  console.log(`Signet is ready (${(milliseconds / 1_000).toFixed(1)} s). A signed URL, good for 7 days:

  curl -sLo lake.jpg '${url}'

Gallery          ${address}/
S3               ${localAddress(host, ports.s3)}   (access key signet, secret signet-local)
Secrets Manager  ${localAddress(host, ports.secretsManager)}
Log              ${log.path}

Try next:
  npx signet put demo hello.jpg ./your-photo.jpg
  npx signet mint demo hello.jpg resize,m_fill,w_400,h_300 format,f_webp
  npx signet explain 'URL'
Ctrl-C stops it; the state stays.`);
}

/**
 * npm ends at a signal without handing it on, so a process manager that stops npm would leave this one
 * behind: it is noticed by its parent, which is another one then.
 */
function onOrphaned(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 500);
  watch.unref();
}

/** Stops once, whatever asks for it and however often. */
function stopOn(signals: readonly NodeJS.Signals[], stack: Stack, log: RotatingLog): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    console.error('Stopping: requests under way are finished first (Ctrl-C again to drop them).');
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
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full; free some space and start again.';
  return `Signet could not start: ${message}`;
}

async function main(): Promise<void> {
  const started = performance.now();
  const settings = readLocalSettings(process.env);
  let log: RotatingLog | undefined;
  const waiting: string[] = [];
  const write = (line: string): void => void (log ? log.write(line) : waiting.push(line));
  const stack = await startStack(settings, write);
  log = await openLog(settings.home);
  waiting.forEach(log.write);
  stopOn(['SIGINT', 'SIGTERM', 'SIGHUP'], stack, log);
  await greet(stack, log, performance.now() - started);
}

try {
  await main();
} catch (thrown) {
  console.error(explainFailure(thrown));
  process.exit(1);
}
