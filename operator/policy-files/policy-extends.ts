import path from 'node:path';
import { removableIn } from '../../shared/policy/json-schema.ts';
import { OperatorFailure } from '../failure.ts';
import { policyFiles, readPolicyFile } from './policy-file.ts';

type Document = Readonly<Record<string, unknown>>;

/** A file as it was named, and the files that led to it, the outermost first. */
type Chain = readonly string[];

/** Bases of bases of bases: whoever needs more cannot follow it any more. */
const maxLevels = 8;

/** The kid that signs and the kids that verify only make sense together. */
const whole: ReadonlySet<string> = new Set(['keys']);
const removable: ReadonlySet<string> = new Set(removableIn);

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a document says itself: every object has a `constructor`. */
const ownField = (document: Document, name: string): unknown =>
  Object.hasOwn(document, name) ? document[name] : undefined;

/** `a.json extends b.json, which extends c.json, which …`: whoever reads it sees the way. */
function fault([outermost = '', ...bases]: Chain, what: string): OperatorFailure {
  const way = bases.map((base) => `extends ${base}, which `).join('');
  return new OperatorFailure('invalid_policy', `${outermost} ${way}${what}`);
}

function checkChain(chain: Chain): void {
  const files = chain.map((file) => path.resolve(file));
  if (files.indexOf(files.at(-1) ?? '') < files.length - 1)
    throw fault(chain, 'leads in a circle; take one extends out');
  if (chain.length - 1 > maxLevels)
    throw fault(chain, `is more than ${maxLevels} levels away; name what is needed directly`);
}

/** A base that cannot be read is a fault of the file that names it. */
async function readOne(chain: Chain): Promise<Document> {
  const file = chain.at(-1) ?? '';
  if (chain.length === 1) return readPolicyFile(file);
  return readPolicyFile(file).catch((thrown: unknown) => {
    if (!(thrown instanceof OperatorFailure)) throw thrown;
    throw fault(chain, thrown.message.slice(file.length + 1));
  });
}

function basesOf(chain: Chain, document: Document): readonly string[] {
  const named = ownField(document, 'extends');
  const bases = named === undefined ? [] : [named].flat();
  if (!bases.every((base) => typeof base === 'string'))
    throw fault(chain, 'has an extends that is neither a path nor a list of paths');
  return bases.map((base) =>
    path.isAbsolute(base) ? base : path.join(path.dirname(chain.at(-1) ?? ''), base),
  );
}

/** One group over another: null takes out what is there, and stands where nothing is. */
function mergeGroup(name: string, inherited: Document, own: Document): Document {
  const takenOut = Object.keys(own).filter(
    (field) => removable.has(name) && own[field] === null && Object.hasOwn(inherited, field),
  );
  const all = Object.entries({ ...inherited, ...own });
  return Object.fromEntries(all.filter(([field]) => !takenOut.includes(field)));
}

function mergeField(name: string, inherited: unknown, own: unknown): unknown {
  return isObject(inherited) && isObject(own) && !whole.has(name)
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
  const document = await readOne(chain);
  let inherited: Document = {};
  for (const base of basesOf(chain, document))
    inherited = mergeDocuments(inherited, await resolveChain([...chain, base]));
  const { $schema: _editors, extends: _bases, ...own } = document;
  return mergeDocuments(inherited, own);
}

/** A slip in a name must not leave in what was to be taken out. */
function checkTakenOut(file: string, document: Document): void {
  for (const group of removableIn) {
    const fields = Object.entries(ownField(document, group) ?? {});
    const [field] = fields.find(([, value]) => value === null) ?? [];
    if (field !== undefined)
      throw fault([file], `has null for ${group}.${field}, and nothing to take it out of`);
  }
}

/**
 * A policy's file with everything that it extends in it: a flat document, as the edge reads it, for
 * the schema to judge. What is nearer wins; of several bases the later. Groups are merged field by
 * field, rules and lists are replaced as a whole, and null takes out an operation or a preset.
 * Throws a sentence that begins with the file and names the way to the base that is at fault.
 */
export async function resolvePolicyFile(file: string): Promise<Record<string, unknown>> {
  const document = await resolveChain([file]);
  checkTakenOut(file, document);
  return { ...document };
}

/** Whether a document is no tenant's policy, but there for others to extend. */
export const isBase = (document: object): boolean => !Object.hasOwn(document, 'tenant');

/** A file and the flat document that it stands for. */
export type ResolvedPolicy = {
  readonly file: string;
  readonly document: Record<string, unknown>;
};

async function resolvePath(at: string): Promise<readonly ResolvedPolicy[]> {
  const files = await policyFiles([at]);
  const all = await Promise.all(
    files.map(async (file) => ({ file, document: await resolvePolicyFile(file) })),
  );
  // Whoever names a file means it as a policy.
  return files.includes(at) ? all : all.filter(({ document }) => !isBase(document));
}

/** The policies that paths stand for, resolved. In a folder the bases are passed over. */
export async function resolvePolicies(
  paths: readonly string[],
): Promise<readonly ResolvedPolicy[]> {
  return (await Promise.all(paths.map(resolvePath))).flat();
}
