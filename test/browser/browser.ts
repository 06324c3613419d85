import { type Browser, chromium } from 'playwright-core';
import { missingPrograms, notRun } from '../not-run.ts';

/** Debian's Chromium, as `.ci/run` installs it; playwright-core brings none of its own. */
const program = process.env['SIGNET_CHROMIUM'] ?? 'chromium';

/** Whether there is no browser to ask. */
export const isMissing = (what: string): boolean => notRun(what, missingPrograms([program]));

/** A browser with an empty profile that asks for nothing by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program === 'chromium' ? '/usr/bin/chromium' : program,
    // It may run as root in a container, where its sandbox cannot be.
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}
