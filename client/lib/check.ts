/** A URL that is about to be minted, as a check sees it. */
export type AskedUrl = {
  readonly tenant: string;
  readonly path: string;
  /** As they are written in a URL. A single one may be a recipe in the spelling of another service. */
  readonly operations: readonly string[];
  /** The kid of the signing key; undefined if the URL has a grant instead of a signature. */
  readonly kid?: string | undefined;
  /** Unix seconds; undefined if the URL never expires. */
  readonly exp?: number | undefined;
  /** The grant, if its text is known. A grant in a cookie may be unknown. */
  readonly grant?: string | undefined;
};

/** A grant that is about to be minted, as a check sees it. */
export type AskedGrant = {
  readonly tenant: string;
  readonly kid: string;
  readonly scope: readonly string[];
  /** Unix seconds. */
  readonly exp: number;
  /** Unix seconds. */
  readonly nbf?: number | undefined;
  readonly presets?: readonly string[] | undefined;
};

/** A check that a minter runs before it mints. `/policy` and `/strict` add one each. */
export type Check = {
  /** Returns the operations to sign. Throws `SignetError` to reject the URL. */
  readonly url: (request: AskedUrl) => readonly string[];
  /** Throws `SignetError` to reject the grant. */
  readonly grant?: (request: AskedGrant) => void;
};
