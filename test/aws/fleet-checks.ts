import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { auditKey } from '../../shared/versions/bucket.ts';
import { command } from '../cli/in-process.ts';
import { checks } from './checks.ts';
import { buckets, signet, signetJson, type World } from './world.ts';

/* Several tenants, whose policies extend one base file. The checks continue each other. */

const names = Array.from({ length: 6 }, (_, at) => `shop-${at + 1}`);
const damaged = 'shop-3';

const folderOf = ({ folder }: World): string => path.join(folder, 'fleet');

function write(world: World, name: string, document: object): void {
  writeFileSync(path.join(folderOf(world), `${name}.json`), JSON.stringify(document));
}

const allow = (world: World, ...w: readonly number[]): void =>
  write(world, 'base', { operations: { resize: { w } } });

type Published = { readonly published: readonly string[] };
type ListedTenant = { readonly tenant: string; readonly version: number };

/** The live versions of the tenants. */
async function liveVersions(): Promise<readonly number[]> {
  const listed = await signetJson<readonly ListedTenant[]>('tenant', 'list');
  return listed.flatMap(({ tenant, version }) => (names.includes(tenant) ? [version] : []));
}

/** Runs a command that has to exit with 1. */
async function refused(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...args, '--target', 'aws:signet'], {});
  expect(code).toBe(1);
  return stdout + stderr;
}

export function checkFleet(world: () => World): void {
  let changeAt = '';

  checks('commands', 'policy publish FOLDER', 'six new tenants in one line', async () => {
    mkdirSync(folderOf(world()));
    for (const tenant of names) write(world(), tenant, { extends: 'base.json', tenant });
    allow(world(), 64, 128);
    expect(await signet('policy', 'publish', folderOf(world()))).toBe(
      '6 tenants new: shop-1, shop-2, shop-3 and 3 more\n',
    );
  });

  checks('commands', 'policy diff FOLDER', 'a change of the base is one line', async () => {
    allow(world(), 64);
    expect(await signet('policy', 'diff', folderOf(world()))).toMatch(
      /^6 tenants \(.*\):\n {2}- removes resize w 128\n/,
    );
  });

  checks(
    'commands',
    'policy publish FOLDER, --skip',
    'a forged version of one tenant stops all, or only this one',
    async () => {
      const { s3 } = world().clients;
      const junk = { Bucket: buckets.config, Key: auditKey(damaged, 2) };
      const { VersionId } = await s3.send(new PutObjectCommand({ ...junk, Body: 'junk' }));
      changeAt = new Date().toISOString();
      const publish = ['policy', 'publish', folderOf(world())];
      expect(await refused(...publish)).toContain('1 of 6 tenants cannot be');
      expect(await refused(...publish, '--skip')).toContain(`✗ ${damaged} was not published: `);
      expect(await refused('doctor', damaged)).toContain(junk.Key);
      await s3.send(new DeleteObjectCommand({ ...junk, VersionId }));
      expect(await signetJson<Published>(...publish)).toMatchObject({ complete: true });
      expect(await liveVersions()).toEqual(names.map(() => 2));
    },
  );

  checks('commands', 'policy rollback --all --before TIME', 'undoes one publish', async () => {
    const back = ['--before', changeAt, '--reason', 'pages broke', '--yes'];
    await signet('policy', 'rollback', '--all', ...back);
    expect(await liveVersions()).toEqual(names.map(() => 3));
    expect(await signetJson('tenant', 'show', 'shop-6')).toMatchObject({
      operations: { resize: [{ w: [64, 128] }] },
    });
  });
}
