import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawingService, startDrawing } from '../../edge/drawing.ts';
import { limitDrawing } from '../../edge/timeout.ts';
import type { DrawingJob } from '../../render/drawing-messages.ts';
import { render } from '../../render/render.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { exitOf } from '../local/running-stack.ts';
import { animated, caps, quartered, recipeOf, sourceOf } from '../render/rendering.ts';
import { bundleDrawing, type DrawingFile, isRunning } from './drawing-files.ts';

/* The bundle that is deployed, in a process of its own. */

let drawing: DrawingFile;
let service: DrawingService;
let sources: Readonly<Record<'png' | 'jpg' | 'gif' | 'cut', Buffer>>;

beforeAll(async () => {
  drawing = await bundleDrawing();
  service = startDrawing(drawing.file);
  const png = await quartered(80, 60, ['red', 'green', 'blue', 'clear']).png().toBuffer();
  sources = {
    png,
    jpg: await quartered(800, 600, ['red', 'green', 'blue', 'white']).jpeg().toBuffer(),
    gif: await animated(20, 20, [
      ['red', 'green', 'blue', 'white'],
      ['white', 'red', 'green', 'blue'],
    ])
      .gif()
      .toBuffer(),
    cut: png.subarray(0, png.length / 2),
  };
});
afterAll(() => rm(drawing.folder, { recursive: true, force: true }));

const limit = () => limitDrawing(600, new AbortController().signal);
const mark = fileURLToPath(new URL('../../local/demo/samples/mark.png', import.meta.url));

type Case = {
  readonly source: keyof typeof sources;
  readonly recipe: string;
  readonly focus?: { readonly x: number; readonly y: number };
  readonly caps?: Partial<DrawingJob['caps']>;
};

async function pictureOf({ source, recipe, focus, caps: narrower }: Case): Promise<DrawingJob> {
  return {
    source: sourceOf(sources[source], focus),
    recipe: recipeOf(recipe),
    caps: { ...caps, ...narrower },
    mark: recipe.startsWith('watermark') ? await readFile(mark) : undefined,
  };
}

const inProcess = (picture: DrawingJob) =>
  render(picture.source, picture.recipe, picture.caps, picture.mark);

const drawn: readonly Case[] = [
  { source: 'png', recipe: 'format,f_src' },
  { source: 'png', recipe: 'resize,m_fill,w_20,h_40,g_focus', focus: { x: 90, y: 10 } },
  { source: 'jpg', recipe: 'resize,w_40__op__format,f_avif' },
  { source: 'jpg', recipe: 'watermark,i_mark,p_50__op__format,f_webp' },
  { source: 'gif', recipe: 'resize,w_10__op__format,f_webp' },
  { source: 'gif', recipe: 'format,f_gif', caps: { maxFrames: 1 } },
  { source: 'png', recipe: 'info' },
  { source: 'jpg', recipe: 'placeholder,k_blurhash' },
];

const refused: readonly (Case & { readonly code: string })[] = [
  { source: 'cut', recipe: 'format,f_src', code: 'source_undecodable' },
  { source: 'png', recipe: 'format,f_src', caps: { maxPixels: 4_799 }, code: 'source_too_large' },
  { source: 'png', recipe: 'crop,x_81', code: 'malformed' },
];

describe('the drawing process', () => {
  it.each(drawn)('draws $recipe of a $source as the renderer does', async (one) => {
    const picture = await pictureOf(one);
    const { engine, bytes, ...drawing } = await service.draw(picture, limit());
    const { bytes: expected, ...rendered } = await inProcess(picture);
    expect(drawing).toEqual(rendered);
    expect(Buffer.compare(bytes, expected)).toBe(0);
    expect(engine).toEqual({ sharp: sharp.versions.sharp, vips: sharp.versions.vips });
  });

  it.each(refused)('refuses $recipe of a $source with $code, as the renderer does', async (one) => {
    const picture = await pictureOf(one);
    const refusalOf = (making: Promise<unknown>) =>
      making.then(
        () => undefined,
        (thrown: unknown) => {
          const { code, detail } = asRefusal(thrown);
          return { code, reason: detail.reason, aboutSource: detail.aboutSource };
        },
      );
    const refusal = await refusalOf(service.draw(picture, limit()));
    expect(refusal).toMatchObject({ code: one.code, aboutSource: true });
    expect(refusal).toEqual(await refusalOf(inProcess(picture)));
  });

  it('is one process for all pictures', async () => {
    expect(await drawing.notes()).toHaveLength(1);
    expect(Number((await drawing.notes())[0])).not.toBe(process.pid);
  });

  it.runIf(existsSync('/proc/self/environ'))('has an empty environment', async () => {
    const [pid] = await drawing.notes();
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).toBe('');
    expect((await readFile(`/proc/${process.pid}/environ`, 'utf8')).length).toBeGreaterThan(0);
  });
});

/** Starts a parent with a drawing process of its own, which draws for longer than any test. */
async function startParent() {
  const own = await bundleDrawing();
  const script = fileURLToPath(new URL('drawing-parent.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', script, own.file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  return { own, parent };
}

const ends: Readonly<Record<string, (parent: ChildProcess) => void>> = {
  'is killed': (parent) => parent.kill('SIGKILL'),
  'is ended by a signal': (parent) => parent.kill('SIGTERM'),
};

describe('when the parent ends', () => {
  it.each(Object.entries(ends))(
    'because it %s, a busy drawing process ends too',
    async (_, end) => {
      const { own, parent } = await startParent();
      const [pid = 0] = (await own.notes()).map(Number);
      expect(isRunning(pid)).toBe(true);
      end(parent);
      await exitOf(parent);
      await expect.poll(() => isRunning(pid)).toBe(false);
      await rm(own.folder, { recursive: true, force: true });
    },
  );
});

describe('a signal to the whole process group', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s does not end a drawing', async (signal) => {
    const [pid = 0] = (await drawing.notes()).map(Number);
    const answer = service.draw(
      await pictureOf({ source: 'jpg', recipe: 'format,f_avif' }),
      limit(),
    );
    process.kill(pid, signal);
    expect((await answer).type).toBe('avif');
    expect(await drawing.notes()).toHaveLength(1);
  });
});
