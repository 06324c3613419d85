import * as v from 'valibot';
import { changeAcknowledgement, judgeInstallation } from '../../../operator/doctor/diagnosis.ts';
import { describeFinding } from '../../../operator/doctor/text/described-finding.ts';
import { checkReason } from '../../../operator/policies/reason.ts';
import { parseStackName } from '../../../operator/target/stack-name.ts';
import { declareCall, reasonName } from '../call.ts';

/** All tenants, and no named objects. */
const everything = { objects: new Map<string, string>(), tenants: { operands: [], all: true } };

/** The page shows this many of the checks that passed. */
const mostPassed = 500;

export const doctorCalls = {
  /** Runs every check, as `signet doctor --verbose` does. Problems come first, in the order of their severity. */
  doctor: declareCall(v.object({}), async ({ open, signal, startProgress, target, clock }) => {
    const diagnosis = await judgeInstallation(open, everything, { signal, startProgress });
    const stack = parseStackName(target);
    const all = diagnosis.findings.map((one) => describeFinding(one, stack));
    const passed = all.filter(({ ok }) => ok);
    const { errors, warnings, acknowledged } = diagnosis;
    return {
      ...{ errors, warnings, acknowledged, checks: all.length },
      at: new Date(clock()).toISOString(),
      problems: all.filter(({ ok }) => !ok),
      passed: passed.slice(0, mostPassed),
    };
  }),
  /** Accepts a problem for all operators, or reports it again. */
  acknowledge: declareCall(
    v.object({ id: v.string(), reason: v.string(), withdrawn: v.boolean() }),
    async ({ open, target }, change) => {
      checkReason(change.reason, reasonName);
      const { record, ...judged } = await changeAcknowledgement(open, everything, change);
      return { ...describeFinding(judged, parseStackName(target)), record };
    },
  ),
};
