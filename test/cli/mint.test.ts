import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, type CommandStack, startCommandStack } from './stack.ts';

let stack: CommandStack;
let folder: string;

/** A tenant with a policy for every kind of denial. */
const strict = {
  tenant: 'strict',
  keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] },
  operations: {
    resize: { w: [64, 128] },
    quality: { q: [60] },
    format: { f: ['auto', 'png'] },
  },
  require: ['resize'],
  presets: { thumb: 'resize,m_fill,w_32,h_32__op__format,f_auto' },
  auto: { format: ['png'] },
  urls: { maxLifetime: 3_600 },
};
const presets = {
  tenant: 'presets',
  presetsOnly: true,
  presets: { thumb: 'resize,w_48' },
};

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-mint-'));
  for (const policy of [strict, presets]) {
    const file = path.join(folder, `${policy.tenant}.json`);
    await writeFile(file, JSON.stringify(policy));
    await stack.json('policy', 'publish', file);
    const mark = new URL('../../local/demo/samples/mark.png', import.meta.url).pathname;
    await stack.json('put', policy.tenant, 'mark.png', mark);
  }
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const now = (): number => Math.floor(Date.now() / 1_000);

type Minted = {
  readonly url: string;
  readonly tenant: string;
  readonly path: string;
  readonly kid: string;
  readonly exp: number | null;
};

describe('mint', () => {
  it.each([
    ['demo', 'alpine-lake.jpg', 'resize,w_128'],
    ['demo', 'dunes at dusk.jpg', 'resize,w_128', 'quality,q_60', 'format,f_webp'],
    ['demo', 'portrait.jpg', 'format,f_jpg__op__resize,w_64'],
    ['demo', 'mark.png', 'style,n_thumb'],
    ['demo', 'mark.png', 'version,v_3f2a', 'resize,w_64', 'format,f_auto'],
    ['demo', 'mark.png'],
    ['strict', 'mark.png', 'resize,w_64'],
    ['presets', 'mark.png', 'style,n_thumb'],
  ])('prints a URL that is served: %s %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await stack.run('mint', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/\S+\?exp=\d{10}&kid=r1\.\d&sig=[\w-]{43}\n$/,
    );
    expect(await answerTo(stdout.trim())).toBe('200');
  });

  it('prints its parts as JSON', async () => {
    const minted = await stack.json<Minted>('mint', 'strict', 'mark.png', 'resize,w_64');
    const { url, exp, ...rest } = minted;
    expect(rest).toEqual({ tenant: 'strict', path: 'mark.png', kid: 'r1.2' });
    expect(url).toContain(`/strict/mark.png__op__resize,w_64?exp=${exp}&kid=r1.2&sig=`);
  });

  it.each([
    ['4', 4],
    ['90s', 90],
    ['15m', 900],
    ['1h', 3_600],
    ['7d', 604_800],
  ])(
    '--expires %s gives a lifetime between three quarters of it and all of it',
    async (written, lifetime) => {
      const before = now();
      const { exp } = await stack.json<Minted>('mint', 'demo', 'mark.png', '--expires', written);
      expect(exp).toBeLessThanOrEqual(now() + lifetime);
      expect(exp).toBeGreaterThanOrEqual(before + Math.floor((lifetime * 3) / 4));
    },
  );

  it('prints the same URL for an image for a while', async () => {
    const mint = () => stack.mint('demo', 'mark.png', 'resize,w_64', '--expires', '7d');
    expect(await mint()).toBe(await mint());
  });

  it('leaves exp out for --expires never', async () => {
    await stack.run('tenant', 'create', 'forever', '--policy', await endless());
    const minted = await stack.json<Minted>(
      'mint',
      'forever',
      'a.jpg',
      'resize,w_64',
      '--expires',
      'never',
    );
    expect(minted.exp).toBeNull();
    expect(minted.url).toMatch(/w_64\?kid=r1\.1&sig=[\w-]{43}$/);
    expect(await answerTo(minted.url)).toBe('source_missing');
  });

  it.each(['0', '1w', '-1h', 'soon', ''])('--expires "%s" is wrong usage', async (written) => {
    const { code, stdout, stderr } = await stack.run(
      'mint',
      'demo',
      'mark.png',
      `--expires=${written}`,
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `signet: "${written}" is not a duration; write 90s, 15m, 1h, 7d or never\n`,
    });
  });
});

async function endless(): Promise<string> {
  const file = path.join(folder, 'endless.json');
  await writeFile(file, JSON.stringify({ operations: { resize: { w: [64] } } }));
  return file;
}

type Denied = readonly [code: string, args: readonly string[], message: RegExp];

const denied: readonly Denied[] = [
  [
    'denied_operation',
    ['strict', 'mark.png', 'resize,w_64', 'blur,s_3'],
    /does not allow blur; allowed: \["resize","quality","format"\]$/,
  ],
  [
    'denied_value',
    ['strict', 'mark.png', 'resize,w_65'],
    /no rule of resize allows these values; the nearest allowed is resize,w_64; allowed: \[\{"w":\[64,128\]\}\]$/,
  ],
  [
    'denied_required',
    ['strict', 'mark.png', 'quality,q_60'],
    /requires resize; allowed: \["resize"\]$/,
  ],
  ['denied_required', ['strict', 'mark.png'], /requires resize/],
  [
    'denied_preset',
    ['strict', 'mark.png', 'style,n_thump'],
    /no preset "thump"; allowed: \["thumb"\]$/,
  ],
  [
    'denied_preset',
    ['presets', 'mark.png', 'resize,w_64'],
    /allows presets only; allowed: \["thumb"\]$/,
  ],
  [
    'denied_lifetime',
    ['strict', 'mark.png', 'resize,w_64', '--expires', '2h'],
    /more than 3600 seconds away; allowed: 3600$/,
  ],
  ['denied_lifetime', ['strict', 'mark.png', 'resize,w_64', '--expires', 'never'], /never expires/],
  // PNG ignores quality, so only the format of a viewer that does not accept PNG is denied.
  [
    'denied_value',
    ['strict', 'mark.png', 'resize,w_64', 'quality,q_61', 'format,f_auto'],
    /no rule of quality/,
  ],
];

describe('what the policy denies', () => {
  it.each(denied)('is %s at mint as at the edge: %j', async (code, args, message) => {
    const ran = await stack.run('mint', ...args, '--json');
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(ran.stderr)).toEqual({
      error: code,
      message: expect.stringMatching(new RegExp(`^${code}: .*${message.source}`)),
    });
    expect(await answerTo(await stack.mint(...args, '--no-check'))).toBe(code);
  });

  it('is malformed if the preset makes the key too long for S3', async () => {
    const long = [
      'orient,o_0',
      'crop,x_9999999,y_9999999,w_8000,h_8000,g_center',
      'rotate,a_359',
      'flip,d_hv',
      'resize,m_pad,w_4000,h_4000,limit_0,color_F4EFE680',
      'blur,s_50',
      'sharpen,s_100',
      'quality,q_60',
    ].join('__op__');
    const file = path.join(folder, 'long.json');
    await writeFile(file, JSON.stringify({ presets: { long } }));
    const tenant = 'l'.repeat(63);
    await stack.run('tenant', 'create', tenant, '--policy', file);
    const name = 'x'.repeat(700);
    const version = `version,v_${'v'.repeat(32)}`;
    const measured = await stack.run('mint', tenant, name, 'style,n_long', version);
    const url = await stack.mint(tenant, name, 'style,n_long', version, '--no-check');
    expect([await answerTo(url), measured.code, measured.stderr]).toEqual([
      'malformed',
      1,
      'signet: malformed: the key is longer than 1024 bytes\n',
    ]);
  });
});

describe('a recipe in the spelling of another service', () => {
  it.each([
    ['x-oss-process=image/resize,w_64/format,png', 'resize,w_64__op__format,f_png'],
    ['?x-oss-process=image%2Fresize%2Cw_64%2Fformat%2Cpng', 'resize,w_64__op__format,f_png'],
    ['x-bce-process=image/resize,w_128,limit_1/format,f_png', 'resize,w_128__op__format,f_png'],
    ['x-oss-process=style/thumb', 'resize,m_fill,w_32,h_32__op__format,f_src'],
  ])('%s is signed as written and leads to the same key as operations', async (recipe, key) => {
    const url = await stack.mint('strict', 'mark.png', recipe);
    expect(new URL(url).pathname).toBe('/strict/mark.png');
    expect(await answerTo(url)).toBe('200');
    const { key: reached } = await stack.json<{ key: string }>('explain', url);
    expect(reached).toBe(`strict/mark.png__op__${key}`);
  });

  it('is minted with notes on what its owner documents otherwise', async () => {
    const recipe = 'x-bce-process=image/quality,q_80/resize,w_640';
    const note = 'resize: BOS may enlarge an image without limit_1, so the recipe has limit_0';
    const shown = await stack.run('mint', 'demo', 'mark.png', recipe);
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining(`warning: ${note}`) });
    expect(shown.stderr).toContain('warning: quality: q is absolute');
    const json = await stack.run('mint', 'demo', 'mark.png', recipe, '--json');
    expect(
      json.stderr
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { warning: expect.stringContaining('quality: q is absolute') },
      { warning: expect.stringContaining(note) },
    ]);
    const { stages } = await stack.json<{ stages: { stage: string; data: object }[] }>(
      'explain',
      shown.stdout.trim(),
    );
    expect(stages.find(({ stage }) => stage === 'parse')?.data).toMatchObject({
      notes: [expect.stringContaining('quality'), expect.stringContaining(note)],
    });
  });

  it('is minted with the note also if the policy refuses what BOS means', async () => {
    const { code, stderr } = await stack.run(
      ...['mint', 'strict', 'mark.png', 'x-bce-process=image/resize,w_64'],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/has limit_0; a rule of the policy has to allow it.*\n.*denied_value/);
  });

  it('with a watermark names the watermark that is drawn', async () => {
    const { stderr } = await stack.run(
      ...['mint', 'demo', 'mark.png', 'x-oss-process=image/watermark,image_YnJhbmQvbG9nby5wbmc='],
    );
    expect(stderr).toContain('"brand/logo.png"; Signet draws the watermark "logo"');
  });

  it('is checked against the policy', async () => {
    const { code, stderr } = await stack.run(
      ...['mint', 'strict', 'mark.png', 'x-oss-process=image/resize,w_65'],
    );
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^signet: denied_value: /),
    });
  });

  it('cannot be combined with operations', async () => {
    const args = ['x-oss-process=image/resize,w_64', 'format,f_png'];
    const { code, stderr } = await stack.run('mint', 'strict', 'mark.png', ...args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'signet: x-oss-process cannot be combined with operations; leave them out\n',
    });
  });
});

const malformed: readonly (readonly [args: readonly string[], message: string])[] = [
  [['demo', ''], 'the path has an empty segment'],
  [['demo', '/a.jpg'], 'the path begins with a slash; leave it out'],
  [['demo', '../a.jpg'], 'the path has a . or .. segment'],
  [['demo', 'a__op__b.jpg'], 'the path contains __op__'],
  [['demo', 'a.jpg', 'resise,w_4'], 'there is no operation "resise"; did you mean "resize"?'],
  [['demo', 'a.jpg', ''], 'there is no operation ""'],
  [['demo', 'a.jpg', 'resize'], 'resize needs '],
  [['demo', 'a.jpg', 'resize,w=4'], 'resize: "w=4" is not written as parameter_value'],
  [['demo', 'a.jpg', 'resize,w_040'], 'resize: w expects a whole number from 1 to 8192, not "040"'],
  [['demo', 'a.jpg', 'resize,width_40'], 'resize has no parameter "width"; did you mean "w"?'],
  [['demo', 'a.jpg', 'x-oss-process=resize,w_4'], 'x-oss-process does not begin with image/'],
  [
    ['demo', 'a.jpg', 'x-oss-process=image/resize,w_4\n'],
    'the value of x-oss-process has a line break',
  ],
  [['demo', 'a.jpg', 'x-bce-process=image/blr,s_4'], 'there is no operation "blr"'],
  [
    ['demo', 'a.jpg', 'x-oss-process=image/resize,w_64/crop,w_9'],
    'x-oss-process: crop runs before resize here and is written after it; write crop first',
  ],
  [['demo', 'a.jpg', 'resize,w_1', 'resize,w_2'], 'resize is given twice'],
  [
    ['demo', 'a.jpg', 'style,n_thumb', 'resize,w_64'],
    'style can be combined only with version, download, format, not with resize',
  ],
  [['demo', 'a.jpg', 'resize,w_1,w_2'], 'resize: w is given twice'],
];

it('a name that no tenant can have is wrong usage, as everywhere', async () => {
  const { code, stderr } = await stack.run('mint', 'Demo', 'a.jpg');
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^signet: "Demo" is not a tenant name: /),
  });
});

describe('what the grammar refuses', () => {
  it.each(malformed)('is malformed, policy or not: %j', async (args, message) => {
    for (const more of [[], ['--no-check']]) {
      const { code, stdout, stderr } = await stack.run('mint', ...args, ...more);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.startsWith(`signet: malformed: ${message}`)).toBe(true);
    }
  });
});

describe('text pasted from a URL of another service', () => {
  it.each([
    [
      ['mint', 'demo', 'a.jpg?x-oss-process=image/resize,w_4'],
      /the path contains the recipe; write: npx signet mint demo 'a\.jpg' 'x-oss-process=image\/resize,w_4'\n$/,
    ],
    [
      ['mint', 'demo', 'a.jpg', 'image/resize,w_4'],
      /^signet: write 'x-oss-process=image\/resize,w_4', or /,
    ],
    [['mint', 'demo', 'a.jpg', 'style/thumb'], /^signet: write 'x-oss-process=style\/thumb', or /],
  ])('%j is wrong usage, and the message shows the right command', async (args, said) => {
    const { code, stderr } = await stack.run(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });

  it('as a bare value exists only in OSS, and the message shows how to write it', async () => {
    const { stderr } = await stack.run('mint', 'demo', 'a.jpg', 'rotate,90');
    expect(stderr).toBe(
      'signet: malformed: rotate: "90" is not written as parameter_value; write rotate,a_90\n',
    );
  });
});
