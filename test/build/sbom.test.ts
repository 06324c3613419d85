import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { softwareBill } from '../../build/sbom.ts';

type Component = {
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
};
type Bill = {
  readonly bomFormat: string;
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
};
type Locked = { readonly version: string; readonly integrity: string; readonly dev?: boolean };

let text = '';
let bill: Bill;
let locked: readonly (readonly [name: string, Locked])[] = [];
beforeAll(async () => {
  text = await softwareBill();
  bill = JSON.parse(text);
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  locked = Object.entries(lock.packages as Record<string, Locked>)
    .filter(([place, { dev }]) => place !== '' && !dev)
    .map(([place, one]) => [place.replace(/^.*node_modules\//, ''), one]);
});

describe('the bill of materials', () => {
  it('lists the packages of the lock that run, for every platform', () => {
    const listed = bill.components.map(({ name, version }) => `${name}@${version}`);
    expect(locked.length).toBeGreaterThan(40);
    expect(listed.toSorted()).toEqual(
      [...new Set(locked.map(([name, { version }]) => `${name}@${version}`))].toSorted(),
    );
  });

  it('has the SHA-512 of each', () => {
    const hashes = new Map(
      bill.components.map(({ name, version, hashes: all = [] }) => [
        `${name}@${version}`,
        all.find(({ alg }) => alg === 'SHA-512')?.content,
      ]),
    );
    for (const [name, { version, integrity }] of locked)
      expect(
        `sha512-${Buffer.from(hashes.get(`${name}@${version}`) ?? '', 'hex').toString('base64')}`,
      ).toBe(integrity);
  });

  it('describes Signet, and not the package of the registry with that name', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component).toMatchObject({ name: 'signet', version });
    expect(bill.metadata.component.purl).toBeUndefined();
  });

  it('is the same each time, and names no folder', async () => {
    expect(await softwareBill()).toBe(text);
    expect([bill.serialNumber, bill.metadata.timestamp]).toEqual([undefined, undefined]);
    expect(text.includes(root)).toBe(false);
  });
});
