import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from '../build/assets.ts';
import { functionConfigs } from './edge-config.ts';
import { namesFor } from './names.ts';
import { noAccount, readStackSettings, SettingFailure } from './settings.ts';
import { signetApp } from './signet-app.ts';

/*
 * The entry that `npx cdk` runs. It reads cdk.json, builds the four zips and makes the template. It
 * needs no network, no credentials and no Docker; only a deployment does.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Reads `signet` of cdk.json. The CDK passes the context in a variable; without it the file is read. */
function readContext(): unknown {
  const passed = process.env['CDK_CONTEXT_JSON'];
  const { context } = readJson('cdk.json') as {
    readonly context: Readonly<Record<string, unknown>>;
  };
  const all = passed ? (JSON.parse(passed) as typeof context) : context;
  return all['signet'];
}

async function main(): Promise<void> {
  const settings = readStackSettings(
    readContext(),
    process.env['CDK_DEFAULT_ACCOUNT'] || undefined,
  );
  if (settings.account === noAccount)
    console.error(`The AWS account is unknown; the template uses ${noAccount}.`);
  const names = namesFor(settings.name, settings.account);
  const { version } = readJson('package.json') as { readonly version: string };
  const configs = functionConfigs(settings, names, version);
  const zips = await buildAssets(path.join(root, 'dist', 'zips'), configs);
  // The CDK validates templates itself and chooses the output folder.
  signetApp({ settings, zips }, { checked: process.env['CDK_VALIDATION'] !== 'false' }).app.synth();
}

try {
  await main();
} catch (thrown) {
  if (!(thrown instanceof SettingFailure)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}
