import { gate } from '../../edge/gate.ts';
import { make } from '../../edge/make.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { memoryEdge, signed } from '../edge/memory-edge.ts';
import { quartered } from '../render/rendering.ts';
import { recordExecuted } from './executed.ts';

/*
 * Prints as JSON what one accepted viewer request and one rendered miss execute, with everything cached
 * that a running function has cached. A test runs it in a process of its own.
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
const miss = { derivative: parseKey(uri), method: 'GET' };
await make(makeDeps, miss);

console.log(
  JSON.stringify({
    accepted: await recordExecuted(() => gate(request, gateDeps)),
    miss: await recordExecuted(() => make(makeDeps, { ...miss, derivative: parseKey(uri) })),
  }),
);
