import { purgeSources, type SourceName } from '../../shared/objects/purge.ts';
import { prefixFault } from '../../shared/policy/source-fields.ts';
import { watermarkFolder } from '../../shared/url/path.ts';
import { asFailure, OperatorFailure, usageFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { Progress } from '../progress.ts';
import type { OpenInstallation } from '../target/target.ts';
import { runWorkers } from '../workers.ts';
import { focusMetadata } from './focus.ts';
import { listLocalFiles, type RefusedFile } from './local-files.ts';
import { checkOwnPlace } from './own-place.ts';
import {
  type FilePlan,
  type PlacedFile,
  placeFiles,
  planFile,
  readChecked,
  type SetContext,
} from './upload-plan.ts';

export type UploadSetRequest = {
  readonly tenant: string;
  /** Where the files go: `albums/`, or empty for no folder. */
  readonly folder: string;
  /** Files and folders on this machine. */
  readonly files: readonly string[];
  readonly focus: string | undefined;
  /** Whether to upload the other files although some are refused. */
  readonly skip: boolean;
};

/** How a door shows an upload, and how it stops one. */
export type UploadSetControl = {
  readonly startProgress: (total: number, step: 'checked' | 'uploaded') => Progress;
  /** Runs the work, and aborts its signal to stop it. */
  readonly runInterruptibly: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
};

export type UploadedSet = {
  readonly tenant: string;
  readonly folder: string;
  /** How many files were found, without hidden ones. */
  readonly files: number;
  /** How many were uploaded, and how many of those replaced another source. */
  readonly uploaded: number;
  readonly replaced: number;
  /** How many were stored already. */
  readonly same: number;
  /** The sum of what was uploaded. */
  readonly bytes: number;
  /** How many derivatives of earlier sources were deleted. */
  readonly purged: number;
  readonly refused: readonly RefusedFile[];
  readonly hidden: readonly string[];
  /** Why no image is made of a file now. */
  readonly warnings: readonly RefusedFile[];
  /** How many were not uploaded, because the upload was stopped, or because some were refused. */
  readonly left: number;
  readonly stopped: boolean;
  /** What ended the upload. */
  readonly failure: OperatorFailure | undefined;
};

/** Each holds one file in memory, of at most 50 MB. */
const simultaneousFiles = 4;
/** How many sources are purged with one invalidation. */
const purgeBatch = 100;

/** Works on each item, a few at a time, until the signal is aborted. A failure ends the work. */
async function workThrough<T>(
  items: readonly T[],
  progress: Progress,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let isBroken = false;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (signal.aborted || isBroken) return;
      await work(item).catch((thrown: unknown) => {
        isBroken = true;
        throw thrown;
      });
      progress.advance(1);
    }
  };
  try {
    await runWorkers(simultaneousFiles, worker);
  } finally {
    progress.end();
  }
}

/** The failures of one file. Others, such as those of the installation, end the upload. */
const isOfFile = (thrown: unknown): thrown is OperatorFailure =>
  thrown instanceof OperatorFailure && thrown.kind === 'refused';

/** The reason without the name of the file, which is shown before it. */
function reasonFor(file: string, { message }: OperatorFailure): string {
  const reason = message.startsWith(`${file} `) ? message.slice(file.length + 1) : message;
  return reason.replace(/; nothing was uploaded$/, '');
}

const byFile = (one: RefusedFile, other: RefusedFile): number => (one.file < other.file ? -1 : 1);

type Checked = { readonly plans: readonly FilePlan[]; readonly refused: readonly RefusedFile[] };

async function checkFiles(
  context: SetContext,
  placed: readonly PlacedFile[],
  signal: AbortSignal,
  { startProgress }: UploadSetControl,
): Promise<Checked> {
  const plans: FilePlan[] = [];
  const refused: RefusedFile[] = [];
  await workThrough(placed, startProgress(placed.length, 'checked'), signal, async (one) => {
    try {
      plans.push(await planFile(context, one));
    } catch (thrown) {
      if (!isOfFile(thrown)) throw thrown;
      refused.push({ file: one.file, reason: reasonFor(one.file, thrown) });
    }
  });
  return { plans, refused };
}

type Tally = { uploaded: number; replaced: number; bytes: number; purged: number };

const emptyTally = (): Tally => ({ uploaded: 0, replaced: 0, bytes: 0, purged: 0 });

async function storeFile(
  { accepted, focus, installation, tenant }: SetContext,
  plan: FilePlan,
): Promise<number> {
  const { key, isWatermark, path } = plan;
  // The file is read and checked again: it may have changed meanwhile, and thousands do not fit into memory.
  const { bytes, contentType } = await readChecked(plan, accepted);
  const options = isWatermark
    ? { contentType, only: 'absent' as const }
    : { contentType, metadata: focus };
  if ((await installation.sources.put(key, bytes, options)) === 'taken')
    throw new OperatorFailure(
      'conflict',
      `somebody else has stored ${path} of ${tenant} meanwhile`,
    );
  return bytes.length;
}

async function storeFiles(
  context: SetContext,
  plans: readonly FilePlan[],
  tally: Tally,
  signal: AbortSignal,
  { startProgress }: UploadSetControl,
): Promise<void> {
  const { installation, tenant } = context;
  let unpurged: SourceName[] = [];
  const purge = async (): Promise<void> => {
    const batch = unpurged;
    unpurged = [];
    const purged = await purgeSources(installation, batch);
    tally.purged += purged;
  };
  try {
    await workThrough(plans, startProgress(plans.length, 'uploaded'), signal, async (plan) => {
      const bytes = await storeFile(context, plan);
      tally.bytes += bytes;
      tally.uploaded += 1;
      if (plan.state === 'changed') tally.replaced += 1;
      if (!plan.isWatermark) unpurged.push({ tenant, path: plan.path });
      if (unpurged.length >= purgeBatch) await purge();
    });
  } finally {
    // What was stored is purged, also if the upload was stopped.
    await purge();
  }
}

/** Throws `usage` for a focal point or a folder that cannot be. A folder is empty, or segments that each end in a slash. */
function checkRequest({ folder, focus }: UploadSetRequest): void {
  focusMetadata(focus);
  if (folder === `${watermarkFolder}/` && focus !== undefined)
    throw usageFailure('a watermark has no focal point; leave out --focus');
  if (folder === '' || folder === `${watermarkFolder}/`) return;
  const fault = prefixFault(folder);
  if (fault !== undefined) throw usageFailure(`the folder "${folder}" ${fault}`);
}

async function openContext(
  open: OpenInstallation,
  { tenant, folder, focus }: UploadSetRequest,
): Promise<SetContext> {
  const installation = await open();
  const { source } = await policyOf(installation, tenant);
  if (folder !== `${watermarkFolder}/`)
    checkOwnPlace(tenant, source, 'upload them', 'nothing was uploaded');
  const accepted = { disabled: await installation.disabledFormats(), source };
  return { installation, tenant, accepted, focus: focusMetadata(focus) };
}

type SetWork = {
  readonly checked: Checked;
  readonly tally: Tally;
  readonly failure: OperatorFailure | undefined;
  readonly stopped: boolean;
};

/** Checks all files, then stores those that are missing. A failure of the second part is part of the result. */
async function workOnSet(
  context: SetContext,
  placed: readonly PlacedFile[],
  refused: readonly RefusedFile[],
  { skip }: UploadSetRequest,
  control: UploadSetControl,
): Promise<SetWork> {
  const tally = emptyTally();
  return control.runInterruptibly(async (signal) => {
    const { plans, refused: bad } = await checkFiles(context, placed, signal, control);
    const checked = { plans, refused: [...refused, ...bad].toSorted(byFile) };
    const missing = plans.filter(({ state }) => state !== 'same');
    const isReady = !signal.aborted && (checked.refused.length === 0 || skip);
    let failure: OperatorFailure | undefined;
    if (isReady && missing.length > 0)
      await storeFiles(context, missing, tally, signal, control).catch((thrown: unknown) => {
        failure = asFailure(thrown, context.installation.stack === undefined);
      });
    return { checked, tally, failure, stopped: signal.aborted };
  });
}

/**
 * Uploads several files and folders: first reads and checks all of them, then stores those that are not stored
 * already, and purges the derivatives of what it replaced. If a file is refused, nothing is uploaded unless `skip` is
 * set. The same call again continues one that was stopped. Throws `usage`, `unreadable_file`, `foreign_source`, and
 * what the installation throws while files are checked.
 */
export async function uploadSet(
  open: OpenInstallation,
  request: UploadSetRequest,
  control: UploadSetControl,
): Promise<UploadedSet> {
  const { folder, tenant } = request;
  checkRequest(request);
  const local = await listLocalFiles(request.files);
  const context = await openContext(open, request);
  const { placed, refused: misplaced } = placeFiles(local.files, folder, context);
  const unplaced = [...local.refused, ...misplaced];
  const work = await workOnSet(context, placed, unplaced, request, control);
  const { plans, refused } = work.checked;
  const same = plans.filter(({ state }) => state === 'same').length;
  const files = local.files.length + local.refused.length;
  return {
    ...{ tenant, folder, files, same, ...work.tally, refused, hidden: local.hidden },
    warnings: plans
      .flatMap(({ file, warning: reason }) => (reason === undefined ? [] : [{ file, reason }]))
      .toSorted(byFile),
    left: files - refused.length - same - work.tally.uploaded,
    ...{ stopped: work.stopped, failure: work.failure },
  };
}
