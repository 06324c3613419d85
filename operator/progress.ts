/** Receives how far an operation has come. A door shows it as a bar, as log lines or not at all. */
export type Progress = {
  readonly advance: (bytes: number) => void;
  /** Called once, also when the operation fails, before its result is shown. */
  readonly end: () => void;
};

/** Starts progress over a number of bytes; undefined if the total is not known. */
export type StartProgress = (totalBytes: number | undefined) => Progress;
