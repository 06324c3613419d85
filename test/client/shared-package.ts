import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for one build of the client package that all test files of a run share. */
    readonly sharedPackage: string;
  }
}

let folder = '';

/** Creates the folder. The first test file that needs the package builds it (`installed-package.ts`). */
export async function setup({ provide }: TestProject): Promise<void> {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-package-'));
  provide('sharedPackage', folder);
}

export const teardown = (): Promise<void> => rm(folder, { recursive: true, force: true });
