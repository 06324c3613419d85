import { limits } from '../../shared/limits.ts';
import { encodePath, isTenant, pathFault, separator } from '../../shared/url/path.ts';
import { utf8Bytes } from '../../shared/utf8.ts';
import type { AskedUrl, Check } from './check.ts';
import { checkOperations } from './grammar.ts';
import { assertValid } from './need.ts';

/** Where images are served. */
export type Place = {
  /** The address of the service, such as `https://img.example.com`. */
  readonly url: string;
  readonly tenant: string;
  /** The host is the tenant's own: its URLs leave the tenant out. */
  readonly ownHost?: boolean | undefined;
  /** Asked before the client's own checks, one after the other, as `/policy` and `/strict` make them. */
  readonly checks?: readonly Check[];
};

/** A URL but for its credential. */
export type Address = {
  /** What is signed: the decoded path, always with the tenant. */
  readonly target: string;
  readonly query?: { readonly name: string; readonly value: string };
  /** The URL with these parameters behind it. Throws `malformed` where it is too long. */
  readonly with: (credential: string) => string;
};

export type Setting = 'url' | 'tenant' | 'kid' | 'key';

/** The variable that a setting is read from. */
export const variableOf = (name: Setting): string => `SIGNET_${name.toUpperCase()}`;

/** Throws `malformed` for a setting that is not what it has to be; its value, which may be a key, is not said. */
export const needSetting = (name: Setting, holds: boolean, what: string): void =>
  assertValid(
    holds,
    `${name} (${variableOf(name)}) is not ${what} alone; npx signet keys show TENANT --env prints it`,
  );

/** Throws `malformed` for a place that is none. */
export function checkPlace({ url, tenant }: Place): void {
  needSetting('url', /^https?:\/\/[^\s/?#]+\/?$/i.test(url), 'https://HOST');
  needSetting('tenant', isTenant(tenant), 'the name of a tenant');
}

/** One recipe in the spelling of OSS or BOS. What their grammar has no use for is not let into a query. */
export const spelling = /^(x-(?:oss|bce)-process)=([\w.,/-]*)$/;

/** Where what was asked for is found. Throws `SignetError`. */
export function addressOf(place: Place, asked: AskedUrl): Address {
  const { url, tenant, ownHost, checks = [] } = place;
  const { path } = asked;
  const fault = pathFault(path);
  assertValid(!fault, `${fault}`);
  const operations = checks.reduce(
    (before, check) => check.url({ ...asked, operations: before }),
    asked.operations,
  );
  const [written = '', name = '', value = ''] = spelling.exec(operations.join(' ')) ?? [];
  const query = written ? { query: { name, value } } : {};
  if (!written) checkOperations(operations);
  const target = [`/${tenant}/${path}`, ...(written ? [] : operations)].join(separator);
  // Whoever knows the grammar has measured the key itself, without what draws nothing.
  assertValid(
    checks[0] || utf8Bytes(target) <= limits.keyBytes + 1,
    `the key is longer than ${limits.keyBytes} bytes`,
  );
  const uri = encodePath(target);
  return {
    target,
    ...query,
    with: (credential) => {
      const recipe = encodePath(written).replace('%3D', '=');
      const search = [recipe, credential].filter(Boolean).join('&');
      assertValid(
        uri.length + search.length < limits.urlBytes,
        `the URL is longer than ${limits.urlBytes} bytes`,
      );
      const sent = uri.slice(ownHost ? tenant.length + 1 : 0);
      return url.replace(/\/$/, '') + sent + (search && `?${search}`);
    },
  };
}
