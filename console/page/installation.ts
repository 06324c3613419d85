import { signal } from '@preact/signals';
import type { CallOutput } from '../server/calls.ts';
import { call, messageOf } from './call.ts';

/* What the console works on: the target and its tenants. All views use it. */

export type Overview = CallOutput<'overview'>;

export const overview = signal<Overview | undefined>(undefined);
export const overviewError = signal<string | undefined>(undefined);

/** Reads the target and its tenants, at the start and after a change. */
export async function readOverview(): Promise<void> {
  try {
    overview.value = await call('overview', {});
    overviewError.value = undefined;
  } catch (thrown) {
    overviewError.value = messageOf(thrown);
  }
}
