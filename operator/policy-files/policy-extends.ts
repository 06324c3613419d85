import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { removableIn } from '../../shared/policy/json-schema.ts';
import { FileFailure, unreadableFile } from '../file-failure.ts';
import { policyFiles, readPolicyFile, stdin } from './policy-file.ts';
import { type Document, mergeDocuments, ownField } from './policy-merge.ts';

/** A file and the files that led to it through `extends`, outermost first. */
type Chain = readonly string[];

/** Deeper chains are hard for a reader to follow. */
const maxLevels = 8;
/** Bounds the work of a command, since each file could extend every other one. */
const maxFiles = 64;
const maxBases = 16;

/** A file as it was written. Paths are as they lead from the file that was named. */
export type Layer = { readonly file: string; readonly document: Document };

/** A flat document, and how many levels of bases it has. */
type Resolved = {
  readonly document: Document;
  readonly levels: number;
  /** The files that were merged, by real path. Each overrides those before it. */
  readonly files: ReadonlyMap<string, Layer>;
};

type Resolution = {
  /** The folder of the outermost file. No base is read outside it. */
  readonly folder: string;
  /** By real path. */
  readonly reads: Map<string, Promise<Document>>;
  readonly resolved: Map<string, Resolved>;
};

/** Names the whole chain: `a.json extends b.json, which extends c.json, which …`. */
function chainFault([outermost = '', ...bases]: Chain, detail: string): FileFailure {
  const way = bases.map((base) => `extends ${base}, which `).join('');
  const base = bases.at(-1);
  const culprit = base === undefined ? undefined : { file: base, detail };
  return new FileFailure('invalid_policy', outermost, `${way}${detail}`, culprit);
}

function isWithinFolder(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
}

/** Stdin has no file; it counts as one in the working directory. */
const realPathOf = (file: string): Promise<string> =>
  file === stdin
    ? Promise.resolve(path.resolve(stdin))
    : realpath(file).catch((thrown: unknown) => {
        throw unreadableFile(file, thrown);
      });

/**
 * The real path of the last file. A base outside the folder is refused before it is looked for, and a
 * link cannot lead out of the folder, so that a policy file cannot probe the disk of a build server.
 */
async function locate({ folder }: Resolution, chain: Chain): Promise<string> {
  const [outermost = '', ...bases] = chain;
  const file = chain.at(-1) ?? '';
  if (bases.length === 0) return realPathOf(file);
  const outside = (): FileFailure =>
    chainFault(chain, `is outside the folder of ${path.basename(outermost)}; move it there`);
  if (!isWithinFolder(folder, path.resolve(file))) throw outside();
  const real = await realPathOf(file).catch((thrown: unknown) => {
    throw thrown instanceof FileFailure ? chainFault(chain, thrown.detail) : thrown;
  });
  if (!isWithinFolder(await realPathOf(folder), real)) throw outside();
  return real;
}

async function checkChain(chain: Chain): Promise<void> {
  const files = await Promise.all(chain.map(realPathOf));
  if (files.indexOf(files.at(-1) ?? '') < files.length - 1)
    throw chainFault(chain, 'is already part of the chain; remove one extends');
  if (chain.length - 1 > maxLevels)
    throw chainFault(
      chain,
      `is more than ${maxLevels} levels away; extend the file you need directly`,
    );
}

/** An unreadable base is reported as a fault of the file that extends it. */
async function readLink({ reads }: Resolution, chain: Chain, real: string): Promise<Document> {
  const file = chain.at(-1) ?? '';
  // The outermost file may be a pipe of the shell. A pipe as a base would make the command wait for ever.
  if (chain.length > 1 && (await stat(real)).isFIFO())
    throw chainFault(chain, 'is a pipe; name a file');
  const read = reads.get(real) ?? readPolicyFile(chain.length > 1 ? real : file);
  reads.set(real, read);
  return read.catch((thrown: unknown) => {
    if (!(thrown instanceof FileFailure)) throw thrown;
    if (chain.length === 1) throw new FileFailure(thrown.code, file, thrown.detail);
    throw chainFault(chain, thrown.detail);
  });
}

function basesOf(chain: Chain, document: Document): readonly string[] {
  const named = ownField(document, 'extends');
  const bases = named === undefined ? [] : [named].flat();
  if (!bases.every((base) => typeof base === 'string'))
    throw chainFault(chain, 'has an extends that is neither a path nor a list of paths');
  if (bases.length > maxBases)
    throw chainFault(chain, `extends more than ${maxBases} files; extend fewer`);
  return bases.map((base) =>
    path.isAbsolute(base) ? base : path.join(path.dirname(chain.at(-1) ?? ''), base),
  );
}

async function mergeBases(
  resolution: Resolution,
  chain: Chain,
  bases: readonly string[],
): Promise<Resolved> {
  let inherited: Document = {};
  let levels = 0;
  const files = new Map<string, Layer>();
  for (const base of bases) {
    const one = await resolveChain(resolution, [...chain, base]);
    inherited = mergeDocuments(inherited, one.document);
    levels = Math.max(levels, one.levels + 1);
    for (const [real, layer] of one.files) {
      files.delete(real);
      files.set(real, layer);
    }
    if (files.size > maxFiles)
      throw chainFault(chain, `extends more than ${maxFiles} files in all; extend fewer`);
  }
  return { document: inherited, levels, files };
}

/** A file that is resolved already is not resolved again, so that work does not grow with the ways to it. */
async function resolveChain(resolution: Resolution, chain: Chain): Promise<Resolved> {
  const real = await locate(resolution, chain);
  await checkChain(chain);
  const known = resolution.resolved.get(real);
  if (known !== undefined && chain.length - 1 + known.levels <= maxLevels) return known;
  const document = await readLink(resolution, chain, real);
  const bases = await mergeBases(resolution, chain, basesOf(chain, document));
  const { $schema: _editors, extends: _bases, ...own } = document;
  const merged = mergeDocuments(bases.document, own);
  const layer = { file: chain.at(-1) ?? '', document: own };
  const files = new Map([...bases.files, [real, layer]]);
  const resolved = { levels: bases.levels, document: merged, files };
  resolution.resolved.set(real, resolved);
  return resolved;
}

/** A null that removed nothing is probably a typing mistake, so it is an error. */
function checkRemovals(file: string, document: Document): void {
  for (const group of removableIn) {
    const fields = Object.entries(ownField(document, group) ?? {});
    const [field] = fields.find(([, value]) => value === null) ?? [];
    if (field !== undefined)
      throw chainFault(
        [file],
        `sets ${group}.${field} to null, but inherits no such field to remove`,
      );
  }
}

/** A file, its flat document, and the files that the document comes from. */
export type ResolvedPolicy = {
  readonly file: string;
  readonly document: Record<string, unknown>;
  /** Each overrides those before it; the last is the file itself. */
  readonly layers: readonly Layer[];
};

/** Resolves a policy file to one flat document. */
type ResolvePolicy = (file: string) => Promise<ResolvedPolicy>;

/**
 * Makes a function that resolves a policy file and everything it extends to one flat document. The document is not
 * validated. The file overrides its bases, and a later base overrides an earlier one. Groups are
 * merged field by field, rules and lists are replaced, and null removes an operation or a preset. Each
 * file is read once, however many others extend it.
 * Throws `unreadable_file` or `invalid_policy`; the message begins with the file and names the chain.
 */
export function createPolicyResolver(): ResolvePolicy {
  const reads = new Map<string, Promise<Document>>();
  const folders = new Map<string, Map<string, Resolved>>();
  return async (file) => {
    const folder = path.resolve(path.dirname(file));
    const resolved = folders.get(folder) ?? new Map<string, Resolved>();
    folders.set(folder, resolved);
    const { document, files } = await resolveChain({ folder, reads, resolved }, [file]);
    checkRemovals(file, document);
    return { file, document: { ...document }, layers: [...files.values()] };
  };
}

/** Resolves one file, as `createPolicyResolver` does. */
export const resolvePolicyFile: ResolvePolicy = (file) => createPolicyResolver()(file);

/** Whether a document has no tenant, and so exists only for others to extend. */
export const isBase = (document: object): boolean => !Object.hasOwn(document, 'tenant');

async function resolvePath(resolve: ResolvePolicy, at: string): Promise<readonly ResolvedPolicy[]> {
  const files = await policyFiles([at]);
  const all = await Promise.all(files.map(resolve));
  // A file that is named explicitly is a policy, even without a tenant.
  return files.includes(at) ? all : all.filter(({ document }) => !isBase(document));
}

/** Resolves the policies in files and folders. Bases in a folder are skipped. */
export async function resolvePolicies(
  paths: readonly string[],
): Promise<readonly ResolvedPolicy[]> {
  const resolve = createPolicyResolver();
  return (await Promise.all(paths.map((at) => resolvePath(resolve, at)))).flat();
}
