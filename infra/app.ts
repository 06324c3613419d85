import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from '../build/assets.ts';
import { isPlainObject } from '../shared/plain-object.ts';
import { escapeForTerminal } from '../shared/terminal.ts';
import { functionConfigs } from './edge-config.ts';
import { namesFor } from './names.ts';
import { noAccount, readStackSettings, SettingFailure, type StackSettings } from './settings.ts';
import { signetApp } from './signet-app.ts';

/*
 * The entry that `npx cdk` runs. It reads cdk.json, builds the four zips and makes the template. It
 * needs no network, no credentials and no Docker; only a deployment does.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (file: string): unknown =>
  JSON.parse(readFileSync(path.resolve(root, file), 'utf8'));

/** The context that the CDK passes in a variable: that of cdk.json, and `-c NAME=VALUE`. */
function readContext(): Readonly<Record<string, unknown>> {
  const passed = process.env['CDK_CONTEXT_JSON'];
  if (passed) return JSON.parse(passed) as Readonly<Record<string, unknown>>;
  return (readJson('cdk.json') as { readonly context: Readonly<Record<string, unknown>> }).context;
}

function readFile(file: string): unknown {
  try {
    return readJson(file);
  } catch (thrown) {
    const { code = 'it is not JSON' } = thrown as NodeJS.ErrnoException;
    throw new SettingFailure(`it cannot be read (${code})`);
  }
}

/** Reads `signet` of the file of `-c settings=FILE`. Without it, the settings would be those of another installation. */
function readSettingsFile(file: string): unknown {
  const read = readFile(file);
  if (isPlainObject(read) && read['signet'] !== undefined) return read['signet'];
  throw new SettingFailure('it has no settings; write {"signet": {"name": "signet-staging", …}}');
}

function readSettings(file: string | undefined, context: unknown): StackSettings {
  const found = file === undefined ? context : readSettingsFile(file);
  const settings = readStackSettings(found, process.env['CDK_DEFAULT_ACCOUNT'] || undefined);
  const { account, name, secretsPrefix } = settings;
  if (account === noAccount)
    console.error(`The AWS account is unknown; the template uses ${noAccount}.`);
  if (name !== secretsPrefix && isPlainObject(found) && !('secretsPrefix' in found))
    console.error(
      `The secrets of ${name} are named ${secretsPrefix}/…, as by earlier versions. For a new installation, set "secretsPrefix": "${name}".`,
    );
  return settings;
}

async function build(settings: StackSettings): Promise<void> {
  const names = namesFor(settings);
  const { version } = readJson('package.json') as { readonly version: string };
  const configs = functionConfigs(settings, names, version);
  const zips = await buildAssets(path.join(root, 'dist', 'zips'), configs);
  // The CDK validates templates itself and chooses the output folder.
  signetApp({ settings, zips }, { checked: process.env['CDK_VALIDATION'] !== 'false' }).app.synth();
}

const { settings: named, signet } = readContext();
const file = typeof named === 'string' ? named : undefined;
try {
  await build(readSettings(file, signet));
} catch (thrown) {
  if (!(thrown instanceof SettingFailure)) throw thrown;
  console.error(`${escapeForTerminal(file ?? 'cdk.json')}: ${thrown.message}`);
  process.exitCode = 1;
}
