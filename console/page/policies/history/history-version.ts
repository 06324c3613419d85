import type { CallOutput } from '../../../server/calls.ts';

/** One version in the history of a policy. */
export type HistoryVersion = CallOutput<'history'>['versions'][number];
