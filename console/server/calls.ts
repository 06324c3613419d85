import type * as v from 'valibot';

import type { ServerCall } from './call.ts';
import { doctorCalls } from './calls/doctor-calls.ts';
import { draftCalls } from './calls/draft-calls.ts';
import { fleetCalls } from './calls/fleet-calls.ts';
import { historyCalls } from './calls/history-calls.ts';
import { keyCalls } from './calls/key-calls.ts';
import { recentCalls } from './calls/recent-calls.ts';
import { removalCalls } from './calls/removal-calls.ts';

import { sourceCalls } from './calls/source-calls.ts';
import { takedownCalls } from './calls/takedown-calls.ts';
import { tenantCalls } from './calls/tenant-calls.ts';
import { urlCalls } from './calls/url-calls.ts';
import { usageCalls } from './calls/usage-calls.ts';

/** All calls by name: what the page can ask the server for. */
export const calls = {
  ...tenantCalls,
  ...fleetCalls,
  ...draftCalls,
  ...historyCalls,
  ...sourceCalls,
  ...urlCalls,
  ...takedownCalls,
  ...keyCalls,
  ...removalCalls,
  ...usageCalls,
  ...doctorCalls,
  ...recentCalls,
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
type PartsOf<C> =
  C extends ServerCall<infer S, infer T> ? { readonly input: S; readonly output: T } : never;

/** What the page sends to a call. */
export type CallInput<N extends CallName> = v.InferInput<PartsOf<Calls[N]>['input']>;
/** What it gets. */
export type CallOutput<N extends CallName> = PartsOf<Calls[N]>['output'];

/** The answer to a call that failed. `code` is one of the operator's, or `invalid`. */
export type CallFailure = { readonly error: string; readonly message: string };
