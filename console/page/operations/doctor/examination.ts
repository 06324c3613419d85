import type { CallOutput } from '../../../server/calls.ts';

/** What the checks found, as the server sends it. */
export type Examination = CallOutput<'doctor'>;
