/** A URL that is about to be minted. */
export type AskedUrl = {
  readonly tenant: string;
  readonly path: string;
  /** As in a URL; one alone may be a recipe in the spelling of another service. */
  readonly operations: readonly string[];
  /** The kid that signs it; nothing where a grant stands in the place of a signature. */
  readonly kid?: string | undefined;
  /** Unix seconds; nothing for a URL that never expires. */
  readonly exp?: number | undefined;
  /** The grant, where its text is known: a cookie need not be. */
  readonly grant?: string | undefined;
};

/** A grant that is about to be minted. */
export type AskedGrant = {
  readonly tenant: string;
  readonly kid: string;
  readonly scope: readonly string[];
  readonly exp: number;
  readonly nbf?: number | undefined;
  readonly presets?: readonly string[] | undefined;
};

/** What a minter asks before it mints, as `/policy` and `/strict` make it. */
export type Check = {
  /** The operations to sign. Throws `SignetError`. */
  readonly url: (asked: AskedUrl) => readonly string[];
  /** Throws `SignetError`. */
  readonly grant?: (asked: AskedGrant) => void;
};
