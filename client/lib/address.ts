import { limits } from '../../shared/limits.ts';
import { encodePath, isTenant, pathFault, separator } from '../../shared/url/path.ts';
import { utf8Bytes } from '../../shared/utf8.ts';
import { assertValid } from './assert-valid.ts';
import type { AskedUrl, Check } from './check.ts';
import { checkOperations } from './grammar.ts';
import { textOrEmpty } from './text.ts';

/** Where the images of a tenant are served. */
export type Place = {
  /** The URL of the service, such as `https://img.example.com`. */
  readonly url: string;
  readonly tenant: string;
  /** True if the host serves only this tenant. Its URLs do not contain the tenant. */
  readonly ownHost?: boolean | undefined;
  /** Run in order, before the client's own checks. `/policy` and `/strict` add one each. */
  readonly checks?: readonly Check[];
};

/** A URL without its credential. */
export type Address = {
  /** The decoded path, which is signed. It always contains the tenant. */
  readonly target: string;
  readonly query?: { readonly name: string; readonly value: string };
  /** Returns the URL with these query parameters. Throws `malformed` if it is too long. */
  readonly with: (credential: string) => string;
};

export type Setting = 'url' | 'tenant' | 'kid' | 'key';

/** The environment variable of a setting. */
export const variableOf = (name: Setting): string => `SIGNET_${name.toUpperCase()}`;

const remedy = 'npx signet keys show TENANT --env prints it';

/** Throws `malformed` for a setting that is neither given nor in the environment. */
export const checkSet = (name: Setting, value: string): void =>
  assertValid(value, `${name} is not given and ${variableOf(name)} is not set; ${remedy}`);

/** Throws `malformed` unless a setting is valid. The message does not contain the value, which may be a key. */
export const checkSetting = (name: Setting, holds: boolean, what: string): void =>
  assertValid(holds, `${name} (${variableOf(name)}) must be exactly ${what}; ${remedy}`);

/** Throws `malformed` for an invalid URL or tenant. */
export function checkPlace({ url, tenant }: Place): void {
  checkSetting('url', /^https?:\/\/[^\s/?#]+\/?$/i.test(textOrEmpty(url)), 'http(s)://HOST');
  checkSetting('tenant', isTenant(textOrEmpty(tenant)), 'a tenant name');
}

/** A recipe in the spelling of Alibaba OSS or Baidu BOS. Only characters of their grammar may enter the query. */
export const queryRecipe = /^(x-(?:oss|bce)-process)=([\w.,/=-]*)$/;

/** Runs the checks and builds the address of a URL. Throws `SignetError`. */
export function addressOf(place: Place, request: Omit<AskedUrl, 'tenant'>): Address {
  const { url, tenant, ownHost, checks = [] } = place;
  const { path } = request;
  const fault = typeof path === 'string' ? pathFault(path) : 'the path must be text';
  assertValid(!fault, `${fault}`);
  const operations = checks.reduce(
    (before, check) => check.url({ ...request, tenant, operations: before }),
    request.operations,
  );
  const [written = '', name = '', value = ''] = queryRecipe.exec(operations.join(' ')) ?? [];
  const query = written ? { query: { name, value } } : {};
  const suffix = checkOperations(written ? [] : operations);
  const target = [`/${tenant}/${path}`, ...suffix].join(separator);
  // A check that knows the grammar measures the key itself, without operations that have no effect.
  assertValid(
    checks[0] || utf8Bytes(target) <= limits.keyBytes + 1,
    `the key is longer than ${limits.keyBytes} bytes`,
  );
  const uri = encodePath(target);
  return {
    target,
    ...query,
    with: (credential) => {
      // None of the characters of a query recipe needs an escape.
      const search = written + (written && credential && '&') + credential;
      assertValid(
        uri.length + search.length < limits.urlBytes,
        `the URL is longer than ${limits.urlBytes} bytes`,
      );
      const sent = uri.slice(ownHost ? tenant.length + 1 : 0);
      return url.replace(/\/$/, '') + sent + (search && `?${search}`);
    },
  };
}
