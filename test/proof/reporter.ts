import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';
import { type ProofRow, proofPage } from './page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The proof files of the repository, which a complete run contains. */
const proofFiles = readdirSync(path.join(root, 'test'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.proof.ts'));

function rowOf(module: TestModule): ProofRow {
  const tests = [...module.children.allTests()];
  const failed = tests.filter((test) => test.result().state === 'failed').length;
  const passed = tests.filter((test) => test.result().state === 'passed').length;
  const { claim = '', unit = 'tests', cases = 0, figures = [] } = module.meta().proved ?? {};
  const file = path.relative(root, module.moduleId).replaceAll(path.sep, '/');
  return {
    claim,
    unit,
    figures,
    file: file.replace(/\.proof\.ts$/, '.test.ts'),
    cases: cases === 0 ? passed : cases,
    failed: Math.max(failed, module.state() === 'failed' ? 1 : 0),
  };
}

/** Writes docs/proof.md after a complete run. A run of some files leaves the page as it is. */
export class ProofReporter implements Reporter {
  private readonly started = Date.now();

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length !== proofFiles.length) {
      console.log('docs/proof.md is unchanged: only a complete run writes it');
      return;
    }
    const [processor] = cpus();
    const page = proofPage(modules.map(rowOf), {
      date: new Date().toISOString().slice(0, 10),
      node: process.versions.node,
      cores: cpus().length,
      processor: processor?.model.trim() ?? 'unknown processor',
      minutes: Math.ceil((Date.now() - this.started) / 60_000),
    });
    writeFileSync(path.join(root, 'docs', 'proof.md'), page);
  }
}
