import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { startDrawing } from '../../edge/drawing.ts';
import { make } from '../../edge/make.ts';
import { encoders, planEncoder } from '../../shared/operations/encoders.ts';
import { defaultQuality } from '../../shared/operations/quality.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { ticksOf } from '../process-tree.ts';
import type { DrawingFile } from './drawing-files.ts';
import { memoryEdge } from './memory-edge.ts';

/* CPU time of a miss, in the function and in its drawing process, beside that of sharp alone. */

const width = 800;
const types = ['webp', 'jpg'] as const;

/** A JPEG of 12 megapixels whose grain makes it as large as a photograph: some 4 MB. */
export function photograph(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 8 } as const;
  const create = { width: 4_000, height: 3_000, channels: 3, noise, background: 'black' } as const;
  return sharp({ create }).jpeg({ quality: 90 }).toBuffer();
}

/** Draws with sharp alone, with the settings of the recipe `resize,w_800`. */
export function drawBare(source: Buffer, type: (typeof types)[number]): Promise<Buffer> {
  const image = sharp(source, { failOn: 'warning' }).resize({
    width,
    height: 600,
    fit: 'fill',
    fastShrinkOnLoad: false,
  });
  const how = { type, quality: defaultQuality, progressive: false };
  const { setting } = planEncoder({ type, pixels: width * 600, quality: defaultQuality }, 1);
  const encoding = { ...how, delay: undefined, loop: undefined };
  return encoders[type].encode(image, encoding, setting).toBuffer();
}

/** Draws as the function does, from a source in memory to a stored derivative. */
export function openFunction(source: Buffer, { file }: DrawingFile) {
  const edge = memoryEdge({
    tenant: 'acme',
    operations: { resize: { w: [width] }, format: { f: [...types] } },
  });
  edge.sources.objects.set('acme/a.jpg', { body: source });
  const deps = { ...edge.makeDeps, render: startDrawing(file).draw };
  return async (type: (typeof types)[number]): Promise<Uint8Array> => {
    const key = `acme/a.jpg__op__resize,w_${width}__op__format,f_${type}`;
    edge.derivatives.objects.delete(key);
    await make(deps, { derivative: parseKey(`/${key}`), method: 'GET' });
    return edge.derivatives.objects.get(key)?.body ?? new Uint8Array();
  };
}

export type Cost = { readonly bare: number; readonly ours: number };

/** A process that draws with sharp alone. */
async function startBare() {
  const child = fork(fileURLToPath(new URL('bare-sharp.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  return {
    pid: Number(child.pid),
    draw: async (type: (typeof types)[number]) => {
      child.send(type);
      await once(child, 'message');
    },
    stop: () => child.kill(),
  };
}

/**
 * Adds up the ticks of both ways to draw. They take turns picture by picture, so that another program on
 * the machine disturbs both alike. `child` is the drawing process; each way has drawn once before it counts.
 */
export async function measureCost(
  drawOurs: (type: (typeof types)[number]) => Promise<unknown>,
  child: number,
  rounds: number,
): Promise<Cost> {
  const bare = await startBare();
  const ourTicks = () => ticksOf(process.pid) + ticksOf(child);
  let ours = 0;
  await bare.draw('jpg');
  const before = ticksOf(bare.pid);
  for (let round = 0; round < rounds; round += 1)
    for (const type of types) {
      await bare.draw(type);
      // Without what this process does to ask the other one.
      const began = ourTicks();
      await drawOurs(type);
      ours += ourTicks() - began;
    }
  const cost = { bare: ticksOf(bare.pid) - before, ours };
  bare.stop();
  return cost;
}
