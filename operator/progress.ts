/** Receives how far an operation has come. A door shows it as a bar, as log lines or not at all. */
export type Progress = {
  /** Adds bytes, or pieces of other work. */
  readonly advance: (amount: number) => void;
  /** Called once, also when the operation fails, before its result is shown. */
  readonly end: () => void;
};

/** Starts progress over a number of bytes, or of pieces of other work; undefined if the total is not known. */
export type StartProgress = (total: number | undefined) => Progress;
