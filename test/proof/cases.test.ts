import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { growth, steady } from '../growth.ts';
import { casesOf, spread } from './cases.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(folder, { recursive: true }).map(String);
const proofs = names.filter((name) => name.endsWith('.proof.ts'));
const textOf = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

describe('in npm test', () => {
  it('one case in so many runs, the same in each run', () => {
    expect(spread([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
    expect(casesOf({ proof: 1_000, test: 10 })).toBe(10);
  });

  it.each(proofs)('a part of %s runs, and npm run proof says what all of it proves', (name) => {
    const test = path.basename(name).replace(/\.proof\.ts$/, '.test.ts');
    expect(names).toContain(path.join(path.dirname(name), test));
    expect(textOf(name)).toContain(`import './${test}';`);
    expect(textOf(name)).toMatch(/proves\(\{\n {2}claim:\s+'[^']{20,}/);
  });

  it('every test file that leaves cases out has a proof', () => {
    const partial = names.filter(
      (name) => name.endsWith('.test.ts') && /\b(?:spread|isProof|casesOf)\b/.test(textOf(name)),
    );
    const missing = partial.filter(
      (name) =>
        name !== path.join('proof', 'cases.test.ts') &&
        !proofs.includes(name.replace(/\.test\.ts$/, '.proof.ts')),
    );
    expect(partial.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });
});

/** Reads `text` once for each of `times` characters. */
function readTimes(text: string, times: number): number {
  let sum = 0;
  for (let time = 0; time < times; time += 1)
    for (let at = 0; at < text.length; at += 1) sum += text.charCodeAt(at);
  return sum;
}

describe('the growth of CPU time', () => {
  const text = 'a'.repeat(8_192);

  it('is small if the input is read once', () => {
    const workOn = (share: number) => () => void readTimes(text.slice(0, text.length * share), 100);
    expect(growth(workOn)).toBeLessThan(steady);
  });

  it('is large if the input is read again for each character', () => {
    const workOn = (share: number) => () => {
      const part = text.slice(0, text.length * share);
      readTimes(part, part.length);
    };
    expect(growth(workOn)).toBeGreaterThan(steady);
  });
});
