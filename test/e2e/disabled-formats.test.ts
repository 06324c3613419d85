import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readStackSettings } from '../../infra/settings.ts';
import { command, json } from '../cli/in-process.ts';
import { codeBlocks, textOf } from '../docs/pages.ts';
import { wordsOf } from '../docs/signet-words.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';

/* The page of docs/operating.md about a hole in a decoder, with its own commands on one machine. */

const [, section = ''] =
  /^## A decoder has a hole\n([\s\S]*?)^## /m.exec(textOf('docs/operating.md')) ?? [];
const blocks = (language: string) =>
  codeBlocks('docs/operating.md', language).filter((block) => section.includes(block));
const blockWith = (language: string, text: string): string =>
  blocks(language).find((block) => block.includes(text)) ?? '';
const [, variable = '', value = ''] = /`(SIGNET_[A-Z_]+)=([a-z,]+)`/.exec(section) ?? [];

let home: string;
let stack: RunningStack;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-hole-'));
  stack = await startRunningStack({ home });
});
afterAll(async () => {
  await stack.stop();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command of the page with a file of the test. */
const run = (line: string, file = '') =>
  json<{ readonly url?: string }>(
    wordsOf(line.replace(/^npx signet /, '')).map((word) =>
      word === './check.webp' ? file : word,
    ),
    { SIGNET_HOME: home, SIGNET_TARGET: '', SIGNET_KEY: '' },
  );

async function view(url = ''): Promise<string> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.headers.get('x-signet-error') ?? String(answer.status);
}

async function restart(environment: Readonly<Record<string, string>>): Promise<void> {
  await stack.stop();
  stack = await startRunningStack({ home, environment });
}

it('is carried out as the page says', async () => {
  const [put = '', printed = ''] = blockWith('sh', 'signet put').trim().split('\n');
  const [purge = ''] = blockWith('sh', 'signet purge').trim().split('\n');
  // A width that the policy of a new tenant allows.
  const mint = printed.replace('w_200', 'w_640');
  const pictures = sharp({ create: { width: 800, height: 20, channels: 3, background: 'teal' } });
  const file = path.join(home, 'check.webp');
  await pictures.webp().toFile(file);
  const other = path.join(home, 'other.png');
  await pictures.png().toFile(other);
  await run('npx signet tenant create acme');
  await run(put, file);
  await run(`npx signet put acme other.png ${other}`);
  const stored = await run(mint);
  expect(await view(stored.url)).toBe('200');

  await restart({ [variable]: value });
  const ask = async (line: string) => view((await run(line)).url);
  const narrower = mint.replace('w_640', 'w_320');
  expect(narrower).not.toBe(mint);
  expect(await ask(mint)).toBe('200');
  expect(await ask(narrower)).toBe('source_unsupported');
  expect(await ask(narrower.replace('check.webp', 'other.png'))).toBe('200');
  const log = await readFile(path.join(home, 'logs', 'edge.log'), 'utf8');
  const [, said = ''] = /the log says\s`([^`]+)`/.exec(section) ?? [];
  expect(log).toContain(`"reason":"${said}"`);
  const { url = '' } = await run(narrower);
  const { code, stdout } = await command(['explain', url], { SIGNET_HOME: home });
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(said) });
  expect(await run(put, file)).toMatchObject({ warning: expect.stringContaining(said) });

  await run(purge);
  expect(await ask(mint)).toBe('source_unsupported');
  await restart({});
  expect(await ask(mint)).toBe('200');
});

it('has the same setting for a deployment', () => {
  const { disabledFormats } = readStackSettings(
    JSON.parse(`{${blockWith('json', 'disabledFormats')}}`),
    undefined,
  );
  expect(disabledFormats).toEqual(value.split(','));
});
