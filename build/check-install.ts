import { type Install, installLimits, measureInstall } from './installed-size.ts';

/* Prints how large both installations are, and exits with 1 if one is above its limit. */

const commands: Readonly<Record<Install, string>> = {
  production: 'npm ci --omit=dev',
  all: 'npm ci',
};
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

for (const install of ['production', 'all'] as const) {
  const bytes = await measureInstall(install);
  const limit = installLimits[install];
  console.log(`${commands[install]}: ${megabytes(bytes)} (limit ${megabytes(limit)})`);
  if (bytes <= limit) continue;
  console.error(
    `${commands[install]} is above its limit; use a smaller package, or raise the limit in build/installed-size.ts with a reason`,
  );
  process.exitCode = 1;
}
