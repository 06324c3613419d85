import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';
import documented from './documented-examples.json' with { type: 'json' };

/* Recipes as the documentation of OSS and BOS shows them, minted as they are and fetched. */

type Pixel = readonly [x: number, y: number, colour: string];
type Example = {
  readonly operation: string;
  readonly page: string;
  readonly recipe: string;
  readonly source?: string;
  readonly expected: {
    readonly width?: number;
    readonly height?: number;
    readonly type?: string;
    readonly accept?: string;
    readonly pixels?: readonly Pixel[];
    readonly progressive?: boolean;
    readonly lighter?: boolean;
    readonly json?: object;
    readonly refused?: string;
  };
};
const examples = documented.examples as unknown as readonly Example[];

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } });

async function quarters(width: number, height: number): Promise<Buffer> {
  const [right, lower] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const tile = async (background: string, left: number, top: number) => ({
    input: await plain(width - left, height - top, background)
      .png()
      .toBuffer(),
    left,
    top,
  });
  const tiles = [
    await tile('#00FF00', right, 0),
    await tile('#0000FF', 0, lower),
    await tile('#FFFF00', right, lower),
  ];
  return plain(width, height, '#FF0000').composite(tiles).jpeg({ quality: 95 }).toBuffer();
}

const sources: Readonly<Record<string, () => Promise<Buffer>>> = {
  'example.jpg': () => quarters(400, 267),
  '600x400': () => quarters(600, 400),
  // A photograph that a telephone took upright and stored lying on its side.
  sideways: () => plain(1_270, 1_000, '#808080').withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  grey: () => plain(64, 64, '#646464').jpeg().toBuffer(),
  'light grey': () => plain(64, 64, '#A0A0A0').jpeg().toBuffer(),
  png: () => plain(64, 64, '#646464').png().toBuffer(),
  hue: () => plain(64, 64, '#BBCD7F').png().toBuffer(),
};

const everything = Object.fromEntries(
  operationNames
    .filter((name) => rowOf(name).free !== true)
    .map((name) => {
      const values = Object.entries(rowOf(name).parameters).map(([own, { control }]) => {
        if (control.control === 'number')
          return [own, [null, ...listed(control.min, control.max)]] as const;
        if (control.control === 'select') return [own, [null, ...control.options]] as const;
        return [own, [null, ...(control.control === 'color' ? ['FF0000'] : ['panda'])]] as const;
      });
      return [name, Object.fromEntries(values)];
    }),
);

/** Every number that the documentation uses, as far as the parameter reaches. */
function listed(min: number, max: number): readonly number[] {
  const used = examples.flatMap(({ recipe }) => recipe.match(/-?\d+/g) ?? []).map(Number);
  return [...new Set(used)].filter((value) => value >= min && value <= max);
}

let stack: CommandStack;
beforeAll(async () => {
  stack = await startCommandStack();
  const policy = { operations: everything, auto: { format: ['webp'] } };
  await stack.publish('moving', policy);
  for (const [name, make] of Object.entries(sources))
    await stack.upload('moving', name, await make());
  await stack.upload('moving', '_watermarks/panda.png', readFileSync(markFile));
});
afterAll(() => stack.stop());

const markFile = new URL('../../local/demo/samples/mark.png', import.meta.url);

function colourOf([r = 0, g = 0, b = 0, alpha = 0]: Uint8Array): string {
  if (alpha < 128) return 'clear';
  const names: Readonly<Record<string, string>> = {
    '100': 'red',
    '010': 'green',
    '001': 'blue',
    '110': 'yellow',
    '111': 'white',
  };
  return names[[r, g, b].map((one) => (one > 127 ? 1 : 0)).join('')] ?? 'other';
}

async function pixelsOf(bytes: Buffer) {
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (x: number, y: number) =>
    data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4);
}

async function fetched({ recipe, source = 'example.jpg', expected }: Example) {
  const url = await stack.mint('moving', source, recipe);
  const answer = await fetch(url, { headers: { accept: expected.accept ?? '*/*' } });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function checkPicture(example: Example, bytes: Buffer): Promise<void> {
  const { width, height, progressive, pixels = [], lighter } = example.expected;
  const { isProgressive, ...written } = await sharp(bytes).metadata();
  expect(written).toMatchObject({ width, height });
  if (progressive !== undefined) expect(isProgressive).toBe(progressive);
  const at = await pixelsOf(bytes);
  for (const [x, y, colour] of pixels) expect(colourOf(at(x, y))).toBe(colour);
  if (lighter === undefined) return;
  const before = await pixelsOf((await sources[example.source ?? '']?.()) ?? bytes);
  expect((at(9, 9)[0] ?? 0) > (before(9, 9)[0] ?? 0)).toBe(lighter);
}

describe('an example of the documentation of OSS or BOS', () => {
  it('is there for every operation that they have', () => {
    const theirs = operationNames.filter(
      (name) => !(rowOf(name).differs ?? []).some((one) => one.startsWith('Not in OSS or BOS')),
    );
    const shown = new Set(examples.map(({ operation }) => operation));
    expect(theirs.filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each(examples)('$recipe gives what $page says', async (example) => {
    const { answer, bytes } = await fetched(example);
    const { refused, json, type } = example.expected;
    if (refused !== undefined) {
      expect([answer.status, answer.headers.get('x-signet-error')]).toEqual([400, refused]);
      return;
    }
    expect(answer.status).toBe(200);
    if (type !== undefined) expect(answer.headers.get('content-type')).toBe(type);
    if (json === undefined) await checkPicture(example, bytes);
    else expect(JSON.parse(bytes.toString())).toMatchObject(json);
  });
});
