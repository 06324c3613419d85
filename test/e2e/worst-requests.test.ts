import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { storesOf } from '../local/stack/stack-client.ts';
import { countCases, isProof, noteFigure } from '../proof/cases.ts';
import type { Bomb } from '../render/bombs/bomb.ts';
import { bombs } from '../render/bombs/bombs.ts';
import { command, createTenant, permissivePolicy, putSample, stateFolder } from './installation.ts';

/*
 * One tenant asks for the costliest files and pictures, four of each at once. Another tenant's small picture must be
 * served meanwhile.
 */

/** Files that once kept a thread busy for minutes. */
const hostile = [
  'a progressive JPEG of 2,000 scans',
  'EXIF with 5,000 directories in a loop',
  'a WebP of 200,000 frames of one pixel',
];
/** What a policy can allow. Each takes seconds, so only the proof asks for them. */
const costly = ['AVIF of 33 megapixels', 'GIF of 200 frames of noise'];

function findBomb(name: string): Bomb {
  const found = bombs.find((bomb) => bomb.name === name);
  if (found === undefined) throw new Error(`there is no bomb named ${name}`);
  return found;
}

const chosen = [...hostile, ...(isProof ? costly : [])].map(findBomb);

let folder: Awaited<ReturnType<typeof stateFolder>>;
let stack: RunningStack;

const mint = async (tenant: string, name: string, recipe: string): Promise<string> => {
  const { url } = await command(folder.home, ['mint', tenant, name, ...recipe.split('__op__')]);
  return String(url);
};

beforeAll(async () => {
  folder = await stateFolder();
  stack = await startRunningStack({ home: folder.home });
  const permissive = JSON.parse(await readFile(permissivePolicy, 'utf8')) as object;
  for (const tenant of ['hostile', 'other']) {
    const file = path.join(folder.home, `${tenant}.json`);
    await writeFile(file, JSON.stringify({ ...permissive, tenant }));
    await createTenant(folder.home, tenant, file);
  }
  // Past `put`, which refuses files that can never be drawn.
  const { sources } = storesOf(stack.instance);
  for (const [at, { make }] of chosen.entries())
    await sources.put(`hostile/${at}`, await make(), { contentType: 'image/jpeg' });
  await putSample(folder.home, 'other', 'mark.png');
});
afterAll(async () => {
  await stack.stop();
  await folder.remove();
});

describe('four of the costliest requests at once', () => {
  it.each(chosen.map((bomb, at) => ({ ...bomb, at })))(
    '$name: each is answered, and meanwhile the picture of another tenant',
    async ({ at, recipes = ['format,f_src'] }) => {
      const order: string[] = [];
      const ask = async (url: string, who: string): Promise<number> => {
        const answer = await fetch(url);
        await answer.arrayBuffer();
        order.push(who);
        return answer.status;
      };
      const urls: string[] = [];
      for (const version of [1, 2, 3, 4])
        urls.push(await mint('hostile', `${at}`, `version,v_${version}__op__${recipes[0]}`));
      const small = await mint('other', 'mark.png', `version,v_${at}__op__resize,w_16`);
      const began = performance.now();
      const asked = urls.map((url) => ask(url, 'hostile'));
      const status = await ask(small, 'other');
      const seconds = (performance.now() - began) / 1_000;
      const statuses = await Promise.all(asked);
      const allSeconds = (performance.now() - began) / 1_000;
      countCases(5);
      expect(status).toBe(200);
      for (const one of statuses) expect([200, 415]).toContain(one);
      if (isProof)
        noteFigure(`small picture after ${seconds.toFixed(1)} s of ${allSeconds.toFixed(1)} s`);
      // What takes seconds is still being drawn when the small picture is served.
      if (costly.includes(chosen[at]?.name ?? '')) expect(order[0]).toBe('other');
    },
  );
});
