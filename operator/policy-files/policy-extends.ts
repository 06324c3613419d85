import path from 'node:path';
import { removableIn } from '../../shared/policy/json-schema.ts';
import { FileFailure } from '../file-failure.ts';
import { policyFiles, readPolicyFile } from './policy-file.ts';

type Document = Readonly<Record<string, unknown>>;

/** A file and the files that led to it through `extends`, outermost first. */
type Chain = readonly string[];

/** Deeper chains are hard for a reader to follow. */
const maxLevels = 8;

/** Not merged field by field, because the active kid must be among the accepted ones. */
const replacedWhole: ReadonlySet<string> = new Set(['keys']);
const removable: ReadonlySet<string> = new Set(removableIn);

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field of the document itself: every object inherits names such as `constructor`. */
const ownField = (document: Document, name: string): unknown =>
  Object.hasOwn(document, name) ? document[name] : undefined;

/** Names the whole chain: `a.json extends b.json, which extends c.json, which …`. */
function chainFault([outermost = '', ...bases]: Chain, detail: string): FileFailure {
  const way = bases.map((base) => `extends ${base}, which `).join('');
  return new FileFailure('invalid_policy', outermost, `${way}${detail}`);
}

function checkChain(chain: Chain): void {
  const files = chain.map((file) => path.resolve(file));
  if (files.indexOf(files.at(-1) ?? '') < files.length - 1)
    throw chainFault(chain, 'is already part of the chain; remove one extends');
  if (chain.length - 1 > maxLevels)
    throw chainFault(
      chain,
      `is more than ${maxLevels} levels away; extend the file you need directly`,
    );
}

/** An unreadable base is reported as a fault of the file that extends it. */
async function readLink(chain: Chain): Promise<Document> {
  const file = chain.at(-1) ?? '';
  if (chain.length === 1) return readPolicyFile(file);
  return readPolicyFile(file).catch((thrown: unknown) => {
    if (!(thrown instanceof FileFailure)) throw thrown;
    throw chainFault(chain, thrown.detail);
  });
}

function basesOf(chain: Chain, document: Document): readonly string[] {
  const named = ownField(document, 'extends');
  const bases = named === undefined ? [] : [named].flat();
  if (!bases.every((base) => typeof base === 'string'))
    throw chainFault(chain, 'has an extends that is neither a path nor a list of paths');
  return bases.map((base) =>
    path.isAbsolute(base) ? base : path.join(path.dirname(chain.at(-1) ?? ''), base),
  );
}

/** Merges two groups. A null removes an inherited field; a null without one is kept. */
function mergeGroup(name: string, inherited: Document, own: Document): Document {
  const removed = Object.keys(own).filter(
    (field) => removable.has(name) && own[field] === null && Object.hasOwn(inherited, field),
  );
  const all = Object.entries({ ...inherited, ...own });
  return Object.fromEntries(all.filter(([field]) => !removed.includes(field)));
}

function mergeField(name: string, inherited: unknown, own: unknown): unknown {
  return isObject(inherited) && isObject(own) && !replacedWhole.has(name)
    ? mergeGroup(name, inherited, own)
    : own;
}

function mergeDocuments(inherited: Document, own: Document): Document {
  const fields = Object.entries(own).map(([name, value]) => [
    name,
    mergeField(name, ownField(inherited, name), value),
  ]);
  return { ...inherited, ...Object.fromEntries(fields) };
}

async function resolveChain(chain: Chain): Promise<Document> {
  checkChain(chain);
  const document = await readLink(chain);
  let inherited: Document = {};
  for (const base of basesOf(chain, document))
    inherited = mergeDocuments(inherited, await resolveChain([...chain, base]));
  const { $schema: _editors, extends: _bases, ...own } = document;
  return mergeDocuments(inherited, own);
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

/**
 * Resolves a policy file and everything it extends to one flat document. The document is not
 * validated. The file overrides its bases, and a later base overrides an earlier one. Groups are
 * merged field by field, rules and lists are replaced, and null removes an operation or a preset.
 * Throws `unreadable_file` or `invalid_policy`; the message begins with the file and names the chain.
 */
export async function resolvePolicyFile(file: string): Promise<Record<string, unknown>> {
  const document = await resolveChain([file]);
  checkRemovals(file, document);
  return { ...document };
}

/** Whether a document has no tenant, and so exists only for others to extend. */
export const isBase = (document: object): boolean => !Object.hasOwn(document, 'tenant');

/** A file and its flat document. */
export type ResolvedPolicy = {
  readonly file: string;
  readonly document: Record<string, unknown>;
};

async function resolvePath(at: string): Promise<readonly ResolvedPolicy[]> {
  const files = await policyFiles([at]);
  const all = await Promise.all(
    files.map(async (file) => ({ file, document: await resolvePolicyFile(file) })),
  );
  // A file that is named explicitly is a policy, even without a tenant.
  return files.includes(at) ? all : all.filter(({ document }) => !isBase(document));
}

/** Resolves the policies in files and folders. Bases in a folder are skipped. */
export async function resolvePolicies(
  paths: readonly string[],
): Promise<readonly ResolvedPolicy[]> {
  return (await Promise.all(paths.map(resolvePath))).flat();
}
