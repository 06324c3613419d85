import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import { isProof } from '../proof/cases.ts';
import { awsPage } from './aws-page.ts';
import { declared, rows } from './checks.ts';
import {
  checkKeyCommands,
  checkLogCommands,
  checkSourceCommands,
  checkTenantCommands,
} from './command-checks.ts';
import { checkDoctor } from './doctor-checks.ts';
import { checkFleet } from './fleet-checks.ts';
import {
  checkEdgeFunctions,
  checkFirstSecrets,
  checkProcesses,
  checkPurge,
  checkRotation,
} from './function-checks.ts';
import { cfnLintVersion, findMoto, motoVersion } from './moto.ts';
import { checkRights } from './rights-checks.ts';
import { isolation, nodeVersion } from './runtime.ts';
import { checkSources } from './source-checks.ts';
import { checkTemplates, lintWarnings } from './template-checks.ts';
import { operatorVariables, startWorld, type World } from './world.ts';

/*
 * A deployed stack in an AWS that this project did not write. The proof runs the functions under AWS's own emulator;
 * otherwise they run under ours, and only with SIGNET_RUN_ALL, which CI sets.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const moto = findMoto();

describe.skipIf(moto === undefined)('a stack in another AWS', () => {
  let world: World | undefined;
  let variables: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    world = await startWorld(moto ?? '');
    variables = operatorVariables(world);
    Object.assign(process.env, variables);
  });
  afterAll(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
    if (world === undefined) return;
    world.close();
    const page = awsPage(rows, {
      versions: `moto ${motoVersion}, cfn-lint ${cfnLintVersion(moto ?? '')}`,
      node: nodeVersion(),
      isolation,
      dropped: world.dropped,
      warnings: lintWarnings(),
    });
    console.log(page);
    if (isProof && rows.length === declared())
      writeFileSync(path.join(root, 'docs', 'proof-aws.md'), page);
  });

  const given = (): World => {
    if (world === undefined) throw new Error('the stack was not made');
    return world;
  };
  checkFirstSecrets(given);
  checkTenantCommands(given);
  checkSourceCommands(given);
  checkKeyCommands();
  checkDoctor(given);
  checkEdgeFunctions(given);
  checkPurge(given);
  checkSources(given);
  checkRotation(given);
  checkProcesses(given);
  checkRights(given);
  checkLogCommands(given);
  checkFleet(given);
  checkTemplates(() => moto ?? '');
});
