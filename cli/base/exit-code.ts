import type { FailureKind } from '../../operator/failure.ts';

/** 1: refused or failed; 2: wrong usage; 3: the installation cannot be reached. */
export type ExitCode = 1 | 2 | 3;

export const exitCodes: Readonly<Record<FailureKind, ExitCode>> = {
  refused: 1,
  usage: 2,
  unreachable: 3,
};
