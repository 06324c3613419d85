import { type Browser, chromium } from 'playwright-core';
import { missingPrograms, notRun } from '../not-run.ts';

/** Debian's Chromium, which `.ci/run` installs; playwright-core contains no browser. */
const program = process.env['SIGNET_CHROMIUM'] ?? 'chromium';

/** Whether the browser is missing. */
export const isMissing = (what: string): boolean => notRun(what, missingPrograms([program]));

/**
 * Starts a browser with an empty profile that makes no requests of its own. Names below `.example` and
 * `.test`, which lead nowhere, are names of this machine.
 */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program === 'chromium' ? '/usr/bin/chromium' : program,
    // The sandbox does not work as root in a container.
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      '--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.test 127.0.0.1',
    ],
  });
}
