import { isTenant, separator } from '../../shared/url/path.ts';
import type { GrantedOptions } from './granted.ts';
import type { UnpicOperations } from './unpic-recipe.ts';

/** What a URL was made of. */
export type Extracted = {
  /** The path of the source, behind a slash. */
  readonly src: string;
  readonly operations: UnpicOperations;
  /** Where it is, with the grant that stands in the URL, if one does. */
  readonly options: GrantedOptions;
};

/** The place of a URL that is no host's own: nobody can tell such a host by its name. */
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

/** A number where it is written as one would be. */
const readValue = (text: string): string | number =>
  String(Number(text)) === text ? Number(text) : text;

type Values = Readonly<Record<string, string | number>>;

function operationOf(text: string): readonly [string, Values] {
  const [name = '', ...pairs] = text.split(',');
  const values = pairs.map((pair) => {
    const [, letter = '', value = ''] = /^([^_]*)_(.*)$/s.exec(pair) ?? [];
    return [letter, readValue(value)] as const;
  });
  return [name, Object.fromEntries(values)];
}

const isEmpty = (values: object): boolean => Object.keys(values).length === 0;

/** An operation as unpic names it. A version is for whoever signs the URL itself, not for a grant. */
function findNamed([name, values]: readonly [string, Values]): Readonly<Record<string, unknown>> {
  if (name === 'version') return {};
  if (name === 'format') return { format: values['f'] };
  if (name === 'quality') return { quality: values['q'] };
  if (name !== 'resize') return { [name]: isEmpty(values) ? true : values };
  const { w: width, h: height, ...resize } = values;
  return { width, height, resize: isEmpty(resize) ? undefined : resize };
}

/** Of a preset only its name is known, and of a quality in other letters no number. */
const isReadable = ([name, values]: readonly [string, Values]): boolean =>
  name !== 'style' && (name !== 'quality' || Object.keys(values).join() === 'q');

/** Without what has no value, so that it is not in the way of what is asked for. */
export const withoutUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/**
 * What a URL of this service was made of, its signature and its version left behind; nothing for any
 * other URL, for a path, and for a recipe that names a preset or is in the spelling of another service.
 */
export function readUrl(text: string, options?: GrantedOptions): Extracted | null {
  const [, uri = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(text) ?? [];
  const place = options ?? placeOf(uri);
  if (place === undefined || /(?:^|&)x-/.test(query)) return null;
  const { url, tenant, ownHost } = place;
  const base = `${url.replace(/\/$/, '')}/${ownHost ? '' : `${tenant}/`}`;
  const target = uri.startsWith(base) ? decodePart(uri.slice(base.length)) : undefined;
  const [path, ...written] = target?.split(separator) ?? [];
  const operations = written.map(operationOf);
  if (!path || !operations.every(isReadable)) return null;
  const [, grant] = /(?:^|&)grant=([^&]*)/.exec(query) ?? [];
  return {
    src: `/${path}`,
    operations: withoutUndefined(Object.assign({}, ...operations.map(findNamed))),
    options: grant === undefined ? place : { ...place, grant },
  };
}
