import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { limits } from '../../../shared/limits.ts';
import { readSource } from '../../../shared/objects/sources.ts';
import { asRefusal } from '../../../shared/refusal.ts';
import { memoryStore } from '../../edge/memory-store.ts';
import { ownSources } from '../../shared/objects/own-sources.ts';
import { caps, draw } from '../rendering.ts';

/*
 * Renders files in a process of its own, so that CPU time and memory are measured for one render and a
 * crash of a decoder is seen. It reads one request per message and answers each.
 */

/** What to render. */
export type MeasureRequest = { readonly file: string; readonly recipe: string };

export type Measured = {
  /** `rendered`, or the code of the refusal. */
  readonly end: string;
  readonly reason: string;
  readonly cpuSeconds: number;
  /** How much the process grew at most during the render, in megabytes. */
  readonly grownMb: number;
};

const sourceCaps = {
  ...caps,
  types: ['jpg', 'png', 'webp', 'gif'] as const,
  maxBytes: limits.sourceBytes,
};

/** Linux starts a new high-water mark of the memory when 5 is written there: man 5 proc. */
const resetFile = '/proc/self/clear_refs';

/** Starts a new high-water mark where the system can. Returns the memory in use, in megabytes. */
function resetPeak(): number {
  if (!existsSync(resetFile)) return process.resourceUsage().maxRSS / 1_024;
  writeFileSync(resetFile, '5');
  return process.memoryUsage.rss() / 1_048_576;
}

function readPeak(): number {
  if (!existsSync(resetFile)) return process.resourceUsage().maxRSS / 1_024;
  const [, kilobytes = '0'] =
    /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

async function endOf(bytes: Buffer, recipe: string) {
  try {
    const store = memoryStore({ 'acme/a': bytes });
    await readSource(ownSources(store), { tenant: 'acme', path: 'a' }, sourceCaps);
    await draw(bytes, recipe);
    return { end: 'rendered', reason: '' };
  } catch (thrown) {
    const { code, detail } = asRefusal(thrown);
    return { end: code, reason: detail.reason };
  }
}

async function measure({ file, recipe }: MeasureRequest): Promise<Measured> {
  const bytes = readFileSync(file);
  const before = resetPeak();
  const started = process.cpuUsage();
  const { end, reason } = await endOf(bytes, recipe);
  const { user, system } = process.cpuUsage(started);
  return {
    end,
    reason,
    cpuSeconds: (user + system) / 1_000_000,
    grownMb: Math.round(readPeak() - before),
  };
}

process.on('message', (request: MeasureRequest) => {
  void measure(request).then((measured) => process.send?.(measured));
});
