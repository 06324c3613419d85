import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FuzzCase, type FuzzOptions, fuzz } from './fuzz.ts';

/*
 * `npm run fuzz -- [--cases N] [--seconds N] [--seed N] [--first N] [--save FOLDER]`: exits 1 if a case crashed,
 * hung or took too long, and 2 for a wrong option.
 */

const usage = 'npm run fuzz -- [--cases N] [--seconds N] [--seed N] [--first N] [--save FOLDER]';

type Options = FuzzOptions & { readonly save: string | undefined };

function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes a whole number from 1, not ${JSON.stringify(text)}`);
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { cases: text, seconds: text, seed: text, first: text, save: text },
  });
  const seconds = readCount('seconds', values.seconds);
  // With a time alone, the time ends the run.
  const cases = seconds === undefined ? 2_000 : 999_999_999;
  return {
    cases: readCount('cases', values.cases) ?? cases,
    seconds,
    seed: readCount('seed', values.seed) ?? 1,
    first: readCount('first', values.first) ?? 1,
    save: values.save,
  };
}

async function save(folder: string, seed: number, failed: readonly FuzzCase[]): Promise<void> {
  for (const { number, bytes } of failed)
    await writeFile(path.join(folder, `seed-${seed}-case-${number}`), bytes);
}

/** Makes the folder before the run, so that a wrong one costs no hours. */
async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(() => {
    throw new Error(`--save takes a folder, and ${JSON.stringify(folder)} cannot be one`);
  });
}

async function main(options: Options): Promise<number> {
  const { seed } = options;
  let done = 0;
  const report = await fuzz(options, () => {
    done += 1;
    if (done % 1_000 === 0) console.error(`${done} cases`);
  });
  console.log(`${report.cases} cases from seed ${seed}`);
  for (const [end, count] of [...report.ends].toSorted()) console.log(`  ${end}: ${count}`);
  const { slowest } = report;
  if (slowest !== undefined)
    console.log(`most CPU time: ${slowest.milliseconds} ms, case ${slowest.number}`);
  console.log(`most memory: ${Math.round(report.peakMegabytes)} MB`);
  for (const { number, end, reason, milliseconds } of report.failed)
    console.log(
      `failed: ${end} after ${milliseconds} ms of CPU time: ${JSON.stringify(reason)}; ` +
        `repeat it with: npm run fuzz -- --seed ${seed} --first ${number} --cases 1 --save FOLDER`,
    );
  if (options.save !== undefined) await save(options.save, seed, report.failed);
  return report.failed.length > 0 ? 1 : 0;
}

async function readOrExplain(): Promise<Options | undefined> {
  try {
    const options = readOptions();
    if (options.save !== undefined) await openFolder(options.save);
    return options;
  } catch (thrown) {
    const [reason] = String(thrown instanceof Error ? thrown.message : thrown).split('\n');
    console.error(`${reason}; usage: ${usage}`);
    return undefined;
  }
}

const options = await readOrExplain();
process.exitCode = options === undefined ? 2 : await main(options);
