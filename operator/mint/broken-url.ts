import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { seconds } from '../../shared/ports.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure } from '../failure.ts';
import { onlineSigner, type TenantSigner } from '../keys/signer.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';

/** What is wrong with a URL that is made to be refused. */
export const breakages = ['signature', 'width', 'expired', 'tenant'] as const;
export type Breakage = (typeof breakages)[number];

type Asked = Pick<MintRequest, 'tenant' | 'path' | 'operations'>;

/** A minute: long enough to be looked at. */
const lifetime = 60;
/** A width that no policy lists, and that is inside of what every tenant may name. */
const oddWidth = 1_237;

/** Changes the first character of the signature, so that its length and alphabet stay. */
const changeSignature = (url: string): string =>
  url.replace(/sig=(.)/, (_all, first: string) => `sig=${first === 'A' ? 'B' : 'A'}`);

const withWidth = (operations: readonly string[]): readonly string[] => [
  `resize,w_${oddWidth}`,
  ...operations.filter((one) => !/^(?:resize|style)\b/.test(one)),
];

/** The key of another tenant, which a URL of this one must not accept. */
async function strangerOf(installation: Installation, tenant: string): Promise<TenantSigner> {
  const others = (await tenantNames(installation.config)).filter((one) => one !== tenant);
  const [other] = others;
  if (other === undefined)
    throw new OperatorFailure(
      'not_found',
      `there is no tenant besides ${tenant}; create one, and its key will be tried`,
    );
  return onlineSigner(installation, other);
}

/**
 * Mints a URL that the service has to refuse, to show how: one whose signature was changed, one of a width that the
 * policy does not list, one that has expired, or one that another tenant signed. Throws `not_found` if there is no
 * other tenant.
 */
export async function brokenUrl(
  open: OpenInstallation,
  asked: Asked,
  breakage: Breakage,
): Promise<string> {
  const installation = await open();
  const own = await onlineSigner(installation, asked.tenant);
  const now = seconds(installation.clock);
  const make = (more: Partial<MintRequest> = {}, signer: TenantSigner = own): string =>
    mint(nodeCrypto, own.address, { ...asked, exp: now + lifetime, ...more }, signer);
  switch (breakage) {
    case 'signature':
      return changeSignature(make());
    case 'width':
      return make({ operations: withWidth(asked.operations) });
    case 'expired':
      return make({ exp: now - lifetime });
    case 'tenant':
      return make({}, await strangerOf(installation, asked.tenant));
  }
}
