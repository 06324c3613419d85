import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { s3Client, s3Store } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import {
  localAddress,
  localBuckets,
  localCredentials,
  localRegion,
  type StatePorts,
  type StoppedStatePorts,
  serveStateArgument,
} from '../../shared/deployment/local-endpoints.ts';
import { secretIds } from '../../shared/keys/store.ts';
import type { StateStores, StoppedState } from '../doctor/repair/repair-state.ts';
import { OperatorFailure } from '../failure.ts';
import { patience } from './operator-deps.ts';
import { stateFolder } from './state-folder.ts';

/** Where the program of the local stack is, and the copy of a state folder to restore from. */
export type StoppedStateOptions = { readonly program: string; readonly backup: string | undefined };

/** Waits for the first line of a process. Throws `conflict` with what it has to say if it ends before. */
function readPorts(child: ChildProcess): Promise<StoppedStatePorts> {
  let [said, told] = ['', ''];
  child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) resolve(JSON.parse(said) as StoppedStatePorts);
    });
    child.once('error', ({ message }) =>
      reject(new OperatorFailure('internal', `the state folder could not be opened: ${message}`)),
    );
    child.once('close', () =>
      reject(
        new OperatorFailure('conflict', told.trim() || 'the state folder could not be opened'),
      ),
    );
  });
}

function openStores(
  { s3, secretsManager: secrets }: StatePorts,
  { secretAccessKey }: StoppedStatePorts,
): StateStores {
  const accessTo = (port: number) => ({
    region: localRegion,
    endpoint: localAddress('127.0.0.1', port),
    credentials: { ...localCredentials, secretAccessKey },
  });
  return {
    config: s3Store(s3Client(accessTo(s3), patience), localBuckets.config),
    secrets: secretsManager(secretsClient(accessTo(secrets), patience)),
  };
}

/** Opens the state folder of the local stack in a process of its own. Throws `conflict` while a stack runs on it. */
export async function openStoppedState({
  program,
  backup,
}: StoppedStateOptions): Promise<StoppedState> {
  const copy = backup === undefined ? [] : [path.resolve(backup)];
  const child = spawn(process.execPath, [program, serveStateArgument, ...copy], {
    env: { ...process.env, SIGNET_HOME: stateFolder() },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ports = await readPorts(child);
  return {
    home: openStores(ports.home, ports),
    backup: ports.backup && openStores(ports.backup, ports),
    movedFiles: ports.movedFiles,
    ...{ crypto: nodeCrypto, secretIds, clock: systemClock },
    close: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}
