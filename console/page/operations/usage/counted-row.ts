import type { CallOutput } from '../../../server/calls.ts';

/** What a tenant used in a period, as the server sends it. */
export type CountedRow = CallOutput<'usage'>['rows'][number];
