import * as v from 'valibot';
import { readRecentRequests } from '../../../operator/logs/recent-requests.ts';
import { declareCall } from '../call.ts';

export const recentCalls = {
  /** What the functions of a deployed stack logged in the last minutes. */
  recentRequests: declareCall(v.object({ minutes: v.number() }), ({ open, ...control }, input) =>
    readRecentRequests(open, input.minutes, control),
  ),
};
