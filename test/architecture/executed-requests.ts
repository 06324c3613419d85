import { rm } from 'node:fs/promises';
import { startDrawing } from '../../edge/drawing.ts';
import { gate } from '../../edge/gate.ts';
import { make } from '../../edge/make.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { bundleDrawing } from '../edge/drawing-files.ts';
import { memoryEdge, signed } from '../edge/memory-edge.ts';
import { quartered } from '../render/rendering.ts';
import { mergeExecuted, recordExecuted } from './executed.ts';

/*
 * Prints as JSON what one accepted viewer request and one rendered miss execute, with everything cached
 * that a running function has cached. A test runs it in a process of its own. A miss runs in two
 * processes: once it is made with the real drawing process, for what the parent executes, and once
 * with the renderer in this process, for what the renderer executes.
 */

const edge = memoryEdge();
const source = await quartered(80, 80, ['red', 'green', 'blue', 'clear']).png().toBuffer();
edge.sources.objects.set('acme/a.png', { body: source });
const request = {
  ...signed(edge, { operations: ['resize,w_40', 'format,f_auto'] }),
  accept: 'image/avif,image/webp,*/*',
};
const now = Math.floor(edge.time.now / 1_000);
const gateDeps = { ...edge.gateDeps, now: () => now };
const makeDeps = { ...edge.makeDeps, now: () => now };
const { uri } = await gate(request, gateDeps);
const { file, folder } = await bundleDrawing();
const apart = { ...makeDeps, render: startDrawing(file).draw };

async function recordMiss(deps: typeof makeDeps) {
  const miss = () => make(deps, { derivative: parseKey(uri), method: 'GET' });
  await miss();
  return recordExecuted(miss);
}

const accepted = await recordExecuted(() => gate(request, gateDeps));
const drawnApart = await recordMiss(apart);
const drawnHere = await recordMiss(makeDeps);
await rm(folder, { recursive: true, force: true });

console.log(JSON.stringify({ accepted, miss: mergeExecuted(drawnHere, drawnApart) }));
