import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { countDerivatives } from '../../../operator/prewarm/list-count.ts';
import { policyOf } from '../../shared/policy/policies.ts';

const policy = policyOf({
  operations: { resize: { w: [16, 32] }, format: { f: ['auto'] } },
  auto: { format: ['avif', 'webp'] },
});
const run = {
  tenant: 'acme',
  policy,
  recipes: [['resize,w_16'], ['resize,w_32']],
  clock: Date.now,
};

it.each([
  ['each recipe of each line', 'a.jpg\nb.jpg\n# no line\n\n', 4],
  ['the operations of a line instead of the recipes', 'a.jpg\tresize,w_16\nb.jpg\n', 3],
  ['each format that auto can be', 'a.jpg\tformat,f_auto\n', 3],
  ['what is refused, as one', 'a.jpg\tresize,w_17\n/\n', 2],
  ['nothing', '', 0],
])('counts %s', async (_what, content, count) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-count-'));
  const file = path.join(folder, 'list');
  await writeFile(file, content);
  expect(await countDerivatives(file, run)).toBe(count);
  await rm(folder, { recursive: true, force: true });
});
