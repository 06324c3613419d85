import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, startBrowser } from '../browser/browser.ts';
import { codeBlocks } from '../docs/pages.ts';
import { wordsOf } from '../docs/signet-words.ts';
import { requestsIn } from '../local/cloudfront/access-log/read-access-log.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { missingPrograms, notRun } from '../not-run.ts';
import { sampleFile } from './installation.ts';

/*
 * The commands of README.md up to its deployment, typed in a folder that is laid out like the clone, against
 * `npm start`, with real viewers between them. The steps are one story.
 */

const program = fileURLToPath(new URL('../../bin/signet.js', import.meta.url));
const [policyText = ''] = codeBlocks('README.md', 'json');
const typed = codeBlocks('README.md', 'sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('npx signet ') && !line.includes('doctor'))
  .map((line) => line.replace(/\s+#.*$/, ''));

let folder = '';
let stack: RunningStack;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-readme-story-'));
  // Where `npm start` keeps its state in a clone.
  stack = await startRunningStack({ home: path.join(folder, '.signet') });
  await copyFile(sampleFile('alpine-lake.jpg'), path.join(folder, 'cat.jpg'));
  await writeFile(path.join(folder, 'acme.json'), policyText);
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Types a command. Returns what it prints; throws with its errors if it fails. */
function type(line: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...wordsOf(line).slice(2)],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, SIGNET_HOME: stack.home, SIGNET_TARGET: '', SIGNET_KEY: '' },
    },
  );
  if (status !== 0) throw new Error(`${line} ended with ${status}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** The command of README.md that begins so, without its comment. */
function written(start: string): string {
  const line = typed.find((one) => one.startsWith(`npx signet ${start}`));
  if (line === undefined) throw new Error(`README.md has no command ${start}`);
  return line;
}

const visit = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.headers.get('x-cache') ?? '';
};

const logged = async () =>
  requestsIn(await readFile(path.join(folder, '.signet/logs/access.log'), 'utf8'));

/** Waits for the lines of a viewer. */
const lineCount = (agent: string) =>
  expect.poll(async () => {
    const lines = await logged();
    return lines.filter((values) => values['cs(User-Agent)']?.includes(agent)).length;
  });

describe('the story of README.md', () => {
  it('begins with the place of the logs', () => {
    const file = path.join(folder, '.signet/logs/access.log');
    expect(stack.output()).toContain(`Access log       ${file}\n`);
  });

  it('mints a URL and explains it', () => {
    type(written('put demo'));
    const url = type(written('mint demo'));
    expect(type(written('explain').replace('URL', url))).toContain('demo/cat.jpg__op__');
  });

  it.skipIf(notRun('a view with curl', missingPrograms(['curl'])))(
    'is viewed with curl',
    async () => {
      const url = type(written('mint demo'));
      spawnSync('curl', ['-sS', '-o', path.join(folder, 'seen'), url]);
      await lineCount('curl/').toBe(1);
      const [values] = (await logged()).filter((one) => one['cs(User-Agent)']?.startsWith('curl/'));
      expect(values).toMatchObject({ 'sc-status': '200', 'x-edge-result-type': 'Miss' });
      expect(type(`npx signet explain '${Object.values(values ?? {}).join('\t')}'`)).toContain(
        'demo/cat.jpg__op__',
      );
    },
  );

  it.skipIf(isMissing('a view with a browser'))('is viewed with a browser', async () => {
    const browser = await startBrowser();
    const page = await browser.newPage();
    await page.goto(`${stack.address}/`, { waitUntil: 'networkidle' });
    const images = await page.locator('img').count();
    await browser.close();
    expect(images).toBeGreaterThan(5);
    await lineCount('Chrome/').toBeGreaterThanOrEqual(images);
  });

  it('creates a tenant, whose images are viewed', async () => {
    type(written('tenant create'));
    type(written('put demo').replace('demo', 'acme'));
    for (const recipe of ['resize,w_320', 'resize,w_640', 'resize,w_640']) {
      const url = type(`npx signet mint acme cat.jpg ${recipe} format,f_jpg`);
      expect(await visit(url)).toMatch(/^(?:Miss|Hit) from cloudfront$/);
    }
    expect(await visit(`${stack.address}/acme/cat.jpg__op__resize,w_640`)).toBe(
      'LambdaGeneratedResponse from cloudfront',
    );
    await expect
      .poll(async () => (await logged()).filter((one) => one['cs-uri-stem']?.startsWith('/acme/')))
      .toHaveLength(4);
  });

  it('replays the access log under a stricter policy, and publishes it', async () => {
    await writeFile(
      path.join(folder, 'acme.json'),
      policyText.replace('[320, 640, 1280]', '[320, 1280]'),
    );
    type(written('policy cost'));
    const report = type(written('policy replay')).split('\n');
    expect(report[0]).toBe('acme: 3 requests decided');
    expect(report).toContain('  still allowed:            1');
    expect(report).toContain('  newly refused:            2');
    expect(report.find((line) => line.includes('unreadable'))).toBeUndefined();
    expect(type('npx signet policy replay --policy acme.json').split('\n')).toEqual(report);
    type(written('policy publish'));
    type(written('policy rollback'));
  });

  it('ends with the statistics of both logs', () => {
    const lines = type(written('stats')).split('\n');
    expect(
      lines.find((line) => line.startsWith('  views:    allowed 3, forbidden 1')),
    ).toBeDefined();
    expect(lines.find((line) => line.startsWith('  acme: '))).toMatch(
      /^ {2}acme: 4 requests, hits 1, misses 2 \(33 % hits\), [0-9.]+ [kM]B sent$/,
    );
    expect(lines.find((line) => line.startsWith('  demo: '))).toBeDefined();
  });

  it('has no command that this test leaves out', () => {
    const told = ['put', 'mint', 'explain', 'tenant', 'policy', 'stats'];
    expect(typed.filter((line) => !told.includes(wordsOf(line)[2] ?? ''))).toEqual([]);
    expect(typed).toHaveLength(9);
  });
});
