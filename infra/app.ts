import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from '../build/assets.ts';
import { edgeConfig } from './edge-config.ts';
import { namesFor } from './names.ts';
import { noAccount, readStackSettings, SettingFailure } from './settings.ts';
import { signetApp } from './signet-app.ts';

/*
 * What `npx cdk` runs: it reads cdk.json, builds the four zips and makes the template. It needs no
 * network, no credentials and no Docker; only deploying does.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** What stands in cdk.json, as the command line hands it over, or as it is where this runs by itself. */
function ownContext(): unknown {
  const handed = process.env['CDK_CONTEXT_JSON'];
  const { context } = readJson('cdk.json') as {
    readonly context: Readonly<Record<string, unknown>>;
  };
  const all = handed ? (JSON.parse(handed) as typeof context) : context;
  return all['signet'];
}

async function main(): Promise<void> {
  const settings = readStackSettings(ownContext(), process.env['CDK_DEFAULT_ACCOUNT'] || undefined);
  if (settings.account === noAccount)
    console.error(`No account is known: the template is one of account ${noAccount}.`);
  const names = namesFor(settings.name, settings.account);
  const { version } = readJson('package.json') as { readonly version: string };
  const config = edgeConfig(settings, names, version);
  const zips = await buildAssets(path.join(root, 'dist', 'zips'), {
    viewerRequest: config,
    originResponse: config,
  });
  // The command line validates templates itself, and where it writes them is for it to say.
  signetApp({ settings, zips }, { checked: process.env['CDK_VALIDATION'] !== 'false' }).app.synth();
}

try {
  await main();
} catch (thrown) {
  if (!(thrown instanceof SettingFailure)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}
