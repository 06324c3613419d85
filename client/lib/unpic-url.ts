import { isTenant, separator } from '../../shared/url/path.ts';
import type { GrantedOptions } from './granted-minter.ts';
import { textOrEmpty } from './text.ts';
import type { UnpicOperations } from './unpic-recipe.ts';

/** What a URL consists of. */
export type Extracted = {
  /** The path of the source, with a leading slash. */
  readonly src: string;
  readonly operations: UnpicOperations;
  /** Where the images are served, and the grant of the URL if it has one. */
  readonly options: GrantedOptions;
};

/** The place of a URL that contains the tenant. A host of a single tenant cannot be recognised. */
function placeOf(uri: string): GrantedOptions | undefined {
  const [, url = '', tenant = ''] = /^(https?:\/\/[^/]+)\/([^/]+)\//i.exec(uri) ?? [];
  return isTenant(tenant) ? { url, tenant } : undefined;
}

function decodePart(uri: string): string | undefined {
  try {
    return decodeURIComponent(uri);
  } catch {
    return undefined;
  }
}

/** Reads a value as a number if it is written like one. */
const readValue = (text: string): string | number =>
  String(Number(text)) === text ? Number(text) : text;

type Values = Readonly<Record<string, string | number>>;

function parseOperation(text: string): readonly [string, Values] {
  const [name = '', ...pairs] = text.split(',');
  const values = pairs.map((pair) => {
    const [, letter = '', value = ''] = /^([^_]*)_(.*)$/s.exec(pair) ?? [];
    return [letter, readValue(value)] as const;
  });
  return [name, Object.fromEntries(values)];
}

const isEmpty = (values: object): boolean => Object.keys(values).length === 0;

/**
 * Converts an operation to unpic's names. `version` and `download` are dropped, because a grant does not
 * allow them.
 */
function unpicOperation([name, values]: readonly [string, Values]): Readonly<
  Record<string, unknown>
> {
  if (name === 'version' || name === 'download') return {};
  if (name === 'format') return { format: values['f'] };
  if (name === 'quality') return { quality: values['q'] };
  if (name !== 'resize') return { [name]: isEmpty(values) ? true : values };
  const { w: width, h: height, ...resize } = values;
  return { width, height, resize: isEmpty(resize) ? undefined : resize };
}

/** False for a preset, whose operations are unknown here, and for a `quality` that has no `q`. */
const isReadable = ([name, values]: readonly [string, Values]): boolean =>
  name !== 'style' && (name !== 'quality' || Object.keys(values).join() === 'q');

/** Drops undefined values, which would overwrite others in a merge. */
export const withoutUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries({ ...values }).filter(([, value]) => value != null)) as T;

/**
 * Reads the source path and the operations of a URL, without its signature, version and download. Returns null for a
 * URL of another service, a plain path, a preset, and a recipe in the spelling of another service.
 */
export function readUrl(text: string, options?: GrantedOptions): Extracted | null {
  const [, uri = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(text) ?? [];
  const place = options ?? placeOf(uri);
  if (place === undefined || /(?:^|&)x-/.test(query)) return null;
  const { url, tenant, ownHost } = place;
  const base = `${textOrEmpty(url).replace(/\/$/, '')}/${ownHost ? '' : `${tenant}/`}`;
  const target = uri.startsWith(base) ? decodePart(uri.slice(base.length)) : undefined;
  const [path, ...written] = target?.split(separator) ?? [];
  const operations = written.map(parseOperation);
  if (!path || !operations.every(isReadable)) return null;
  const [, grant] = /(?:^|&)grant=([^&]*)/.exec(query) ?? [];
  return {
    src: `/${path}`,
    operations: withoutUndefined(Object.assign({}, ...operations.map(unpicOperation))),
    options: grant === undefined ? place : { ...place, grant },
  };
}
