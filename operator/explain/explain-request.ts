import type { TenantSigner } from '../keys/signer.ts';
import type { Installation } from '../target/target.ts';

export type ExplainRequest = {
  /** The URL as pasted, or a line of a log. */
  readonly url: string;
  readonly accept: string | undefined;
  readonly cookie: string | undefined;
  /** The origin of the page that sends the cookie. */
  readonly page?: string | undefined;
};

export type ExplainDeps = {
  readonly open: () => Promise<Installation>;
  /** The signing key in the environment; undefined if there is none. Throws usage failures. */
  readonly offlineSigner: (tenant: string) => TenantSigner | undefined;
  /** Whether to read the host map of the installation. */
  readonly asksHosts: boolean;
};
