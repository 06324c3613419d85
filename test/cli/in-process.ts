import { vi } from 'vitest';
import { runCommandLine } from '../../cli/command-line.ts';
import type { Ran } from './signet.ts';

// As in `bin/signet.js`.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const environmentNames = [
  'SIGNET_HOME',
  'SIGNET_PORT',
  'SIGNET_BIND',
  'SIGNET_TARGET',
  'SIGNET_URL',
  'SIGNET_TENANT',
  'SIGNET_KID',
  'SIGNET_KEY',
] as const;

export type Environment = Readonly<Partial<Record<(typeof environmentNames)[number], string>>>;

function captureWrites(stream: NodeJS.WriteStream) {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += chunk.toString();
    return true;
  });
  return { text: () => text, release: () => spy.mockRestore() };
}

/**
 * Runs a command in this process, with the same program, arguments and environment as in a separate
 * one. That saves the second of a start. Commands must run one at a time.
 */
export async function command(args: readonly string[], environment: Environment): Promise<Ran> {
  for (const name of environmentNames) delete process.env[name];
  Object.assign(process.env, environment);
  const out = captureWrites(process.stdout);
  const err = captureWrites(process.stderr);
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), stdout: out.text(), stderr: err.text() };
  } finally {
    out.release();
    err.release();
    process.exitCode = undefined;
  }
}

/** Runs a command with --json and returns its result. Throws if it fails. */
export async function json<T>(args: readonly string[], environment: Environment): Promise<T> {
  const { code, stdout, stderr } = await command([...args, '--json'], environment);
  if (code !== 0) throw new Error(`signet ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
